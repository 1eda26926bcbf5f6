import { z } from 'zod';
import { codedError, listQuery, timestamp, uuid } from '../common.ts';
import { defineEndpoint } from '../endpoint.ts';
import { applicationParams } from './applications.ts';
import { nodeRight } from './projects.ts';

/** Who sends to a webhook: each signs, and says what happened, in its own way. */
export const webhookSender = z.enum(['github', 'gitea', 'gitlab', 'generic']);

/** A name of a branch or tag, `*` for any characters. */
const refPattern = z
  .string()
  .max(200)
  .regex(/^[^\s~^:?[\\]+$/, 'refPattern');

/** What may stand in braces in the name and the image of a rule. */
export const webhookPlaceholders = ['branch', 'tag', 'ref', 'sha', 'shortSha'] as const;
const placeholder = `\\{(${webhookPlaceholders.join('|')})\\}`;

/** What a branch or a tag becomes. */
export const webhookRule = z
  .strictObject({
    /** `acme/shop`: pushes of others do nothing. Empty: whatever the sender sends, but for forks. */
    repository: z.string().trim().max(300).default(''),
    branches: z.array(refPattern).max(20).default([]),
    tags: z.array(refPattern).max(20).default([]),
    /** The project's namespace, by its id. */
    namespaceId: uuid,
    /** Of the instance: letters, digits, hyphens and placeholders. Without a placeholder it is one instance for all. */
    name: z
      .string()
      .max(100)
      .regex(new RegExp(`^([a-z0-9-]|${placeholder})+$`), 'webhookName'),
    image: z
      .string()
      .max(500)
      .regex(new RegExp(`^([^\\s{}]|${placeholder})+$`), 'webhookImage'),
    /** Of an instance that it makes. */
    replicas: z.int().min(0).max(100).default(1),
    /** So many it makes; instances that it found do not count. */
    maxInstances: z.int().min(1).max(100).default(10),
    /** After its branch or tag was deleted an instance stays so long; null: for ever. */
    removeAfterDays: z.int().min(0).max(365).nullable().default(7),
  })
  .refine(({ branches, tags }) => branches.length + tags.length > 0, {
    path: ['branches'],
    error: 'required',
  });
export type WebhookRule = z.output<typeof webhookRule>;

export const webhookOutcome = z.enum(['done', 'nothing', 'failed']);

/** What comes of a push, as a sentence for scripts; the SPA has its own by the code. A failure's code is an error's. */
export const webhookResults = {
  create: 'Instance {name} with {image}',
  update: 'Instance {name} to {image}',
  remove: 'Instance {name} to be removed at {at}',
  notPush: '{event} is no push or deletion of a branch or tag',
  otherRepository: 'It is about {repository}, the rule about another one',
  fork: '{repository} is a fork',
  noRule: 'No pattern of the rule is {ref}',
  nothingToFillIn: 'The payload does not say what the name or the image is made of',
  older: 'Instance {name} is at a later commit',
  same: 'Instance {name} is so already',
  noInstance: 'No instance was made for {ref}',
  keep: 'Instance {name} stays, as the rule says',
  disabled: 'The webhook is switched off',
} as const;
export type WebhookResultCode = keyof typeof webhookResults;

/** What a delivery came to. */
const webhookResult = z.object({
  outcome: webhookOutcome,
  /** Of `webhookResult`, or where it failed of `errors`. */
  result: codedError,
  /** Null where none is meant. */
  instance: z
    .object({
      /** Null: it is not there. */
      id: uuid.nullable(),
      name: z.string(),
      image: z.string(),
    })
    .nullable(),
});

/** What a payload says, as far as rules go by it. */
const webhookChange = z.object({
  /** As the sender calls it; empty where it does not say. */
  event: z.string(),
  repository: z.string(),
  kind: z.enum(['branch', 'tag']).nullable(),
  ref: z.string(),
  isDeleted: z.boolean(),
  commit: z.string().nullable(),
  committedAt: timestamp.nullable(),
});

const webhook = z.object({
  id: uuid,
  name: z.string(),
  sender: webhookSender,
  isEnabled: z.boolean(),
  rule: webhookRule,
  /** Whose rights it acts with: who saved it last. */
  maker: z.string(),
  /** How many instances it has made that are there. */
  instances: z.int(),
  createdAt: timestamp,
  /** When it last got something that was signed rightly. */
  lastDeliveryAt: timestamp.nullable(),
  /** Calls that were too many: a hundred at once, then one a second. */
  refusedCalls: z.int(),
});

const delivery = webhookResult.extend({
  id: uuid,
  at: timestamp,
  change: webhookChange,
  /** It repeats an earlier one. */
  isRepeat: z.boolean(),
});

const name = z.string().trim().min(1).max(100);
const body = z.strictObject({
  name,
  sender: webhookSender,
  isEnabled: z.boolean().default(true),
  rule: webhookRule,
});
const secret = z.string();

const all = '/applications/{application}/webhooks';
const one = `${all}/{webhook}`;
const oneParams = applicationParams.extend({ webhook: uuid });
const targetOf = ({ params }: { params: { webhook: string } }) => ({
  resource: 'webhook',
  name: params.webhook,
});

/** A body that is larger is refused unread. */
export const mostWebhookBytes = 2 ** 20;

export const webhookEndpoints = {
  listWebhooks: defineEndpoint({
    id: 'webhooks.list',
    method: 'GET',
    path: all,
    summary: 'Webhooks of an application: what branches and tags become',
    params: applicationParams,
    response: z.object({ webhooks: z.array(webhook) }),
    permission: ({ params }) => [nodeRight('GET', '/applications/{application}', params.application)],
  }),
  createWebhook: defineEndpoint({
    id: 'webhooks.create',
    method: 'POST',
    path: all,
    summary:
      'Make a webhook that acts with the caller’s rights on the application; its secret is answered this once',
    params: applicationParams,
    body,
    response: z.object({ webhook, secret }),
    status: 201,
    permission: ({ params }) => [nodeRight('POST', all, params.application)],
    sessionOnly: true,
    audit: {
      code: 'webhook.create',
      target: ({ body: { name: called } }) => ({ resource: 'webhook', name: called }),
    },
  }),
  updateWebhook: defineEndpoint({
    id: 'webhooks.update',
    method: 'PUT',
    path: one,
    summary: 'Change a webhook; it acts with the caller’s rights from then on',
    params: oneParams,
    body,
    response: webhook,
    permission: ({ params }) => [nodeRight('PUT', one, params.application)],
    sessionOnly: true,
    audit: { code: 'webhook.update', target: targetOf },
  }),
  rotateWebhookSecret: defineEndpoint({
    id: 'webhooks.rotateSecret',
    method: 'POST',
    path: `${one}/secret`,
    summary:
      'Give a webhook a new secret, which is answered this once; it acts with the caller’s rights from then on',
    params: oneParams,
    response: z.object({ secret }),
    permission: ({ params }) => [nodeRight('PUT', one, params.application)],
    sessionOnly: true,
    audit: { code: 'webhook.rotateSecret', target: targetOf },
  }),
  deleteWebhook: defineEndpoint({
    id: 'webhooks.delete',
    method: 'DELETE',
    path: one,
    summary: 'Delete a webhook; the instances that it made stay',
    params: oneParams,
    permission: ({ params }) => [nodeRight('DELETE', one, params.application)],
    audit: { code: 'webhook.delete', target: targetOf },
  }),
  tryWebhook: defineEndpoint({
    id: 'webhooks.try',
    method: 'POST',
    path: `${one}/try`,
    summary: 'What a payload would do now; nothing is done',
    params: oneParams,
    body: z.strictObject({
      /** As in the sender’s header: `push`, `Push Hook`; empty: whatever the payload looks like. */
      event: z.string().max(64).default(''),
      payload: z.string().min(2).max(mostWebhookBytes),
    }),
    response: webhookResult.extend({ change: webhookChange }),
    permission: ({ params }) => [nodeRight('PUT', one, params.application)],
    audit: { code: 'webhook.try', target: targetOf, onlyFailures: true },
  }),
  listWebhookDeliveries: defineEndpoint({
    id: 'webhooks.deliveries',
    method: 'GET',
    path: `${one}/deliveries`,
    summary: 'What a webhook got in the last 7 days and what came of it, the newest first',
    params: oneParams,
    query: listQuery.pick({ page: true, pageSize: true }),
    response: z.object({ deliveries: z.array(delivery), total: z.int() }),
    permission: ({ params }) => [nodeRight('GET', '/applications/{application}', params.application)],
  }),
  repeatWebhookDelivery: defineEndpoint({
    id: 'webhooks.repeat',
    method: 'POST',
    path: `${one}/deliveries/{delivery}/repeat`,
    summary: 'Do once more what a delivery asked for, as the rule is now',
    params: oneParams.extend({ delivery: uuid }),
    response: delivery,
    permission: ({ params }) => [nodeRight('PUT', one, params.application)],
    audit: { code: 'webhook.repeat', target: targetOf },
  }),
  receiveWebhook: defineEndpoint({
    id: 'webhooks.receive',
    method: 'POST',
    path: '/hooks/{hook}',
    summary:
      'Where a webhook’s sender sends to: whoever signs with its secret; no body is taken twice in 7 days',
    params: z.strictObject({ hook: uuid }),
    consumes: { mostBytes: mostWebhookBytes },
    response: z.object({ delivery: uuid, outcome: webhookOutcome, result: codedError }),
    status: 202,
    permission: 'public',
    audit: { code: 'webhook.receive', target: ({ params }) => ({ resource: 'webhook', name: params.hook }) },
  }),
};
