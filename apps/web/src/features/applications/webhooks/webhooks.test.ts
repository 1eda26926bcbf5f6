import { endpoints } from '@pilothouse/contract';
import { flushPromises, type VueWrapper } from '@vue/test-utils';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ApiError } from '../../../api/api-error.ts';
import { answer, asked, forget, tell } from '../../../app/testing/fake-api.ts';
import { mountPage } from '../../../app/testing/mount-page.ts';
import { bodyOf, buttons, fields, press, snapshot, type } from '../testing/page.ts';
import { application, ids, project } from '../testing/samples.ts';
import WebhooksTab from './WebhooksTab.vue';

vi.mock('../../../api/call.ts', () => import('../../../app/testing/fake-api.ts'));
vi.mock('../../../api/live.ts', () => import('../../../app/testing/fake-api.ts'));

const webhook = {
  id: '01900000-0000-7000-8000-0000000000e1',
  name: 'repository',
  sender: 'gitlab',
  isEnabled: true,
  rule: {
    repository: 'acme/cart',
    branches: ['feature/*'],
    tags: [],
    namespaceId: ids.namespace,
    name: '{branch}',
    image: 'registry.local/cart:{sha}',
    replicas: 1,
    maxInstances: 5,
    removeAfterDays: 7,
  },
  maker: 'ada',
  instances: 2,
  createdAt: '2026-01-01T00:00:00Z',
  lastDeliveryAt: null,
  refusedCalls: 0,
};
const change = {
  event: 'push',
  repository: 'acme/cart',
  kind: 'branch',
  ref: 'feature/login',
  isDeleted: false,
  commit: '6113728f27ae82c7b1a177c8d03f9e96e0adf246',
  committedAt: null,
};
const delivery = {
  id: '01900000-0000-7000-8000-0000000000f1',
  at: '2026-01-05T00:00:00Z',
  change,
  isRepeat: false,
  outcome: 'failed',
  result: { code: 'tooManyInstances', message: '', params: { limit: 5 } },
  instance: null,
};

/** Of the row. */
const actions = () =>
  [...document.querySelectorAll('.row-actions button')].map((each) => each.getAttribute('aria-label'));
/** Of the row's menu. */
async function choose(label: string): Promise<void> {
  await press('More actions for repository');
  const found = await vi.waitUntil(() =>
    [...document.querySelectorAll<HTMLElement>('[role="menuitem"]')].find(
      (each) => each.textContent?.trim() === label,
    ),
  );
  found.click();
  await flushPromises();
}

let close = () => undefined as void;
beforeEach(() => answer(endpoints.listWebhooks, () => ({ webhooks: [webhook] })));
afterEach(() => {
  close();
  forget();
});

async function open(rights?: Parameters<typeof mountPage>[1]) {
  const { page, text } = await mountPage(WebhooksTab, { props: { application }, ...rights });
  close = () => page.unmount();
  await tell(asked(endpoints.getProject), snapshot(project));
  return { page, text };
}

test('calls that were too many are told of', async () => {
  answer(endpoints.listWebhooks, () => ({ webhooks: [{ ...webhook, refusedCalls: 12 }] }));
  const { text } = await open();
  expect(text()).toContain('12 calls were refused: there were too many');
});

test('who may only look sees webhooks and deliveries, and changes nothing', async () => {
  const { text } = await open({ rights: [['/applications/{application}', 'GET']] });
  expect(text()).toContain('feature/*');
  expect(text()).toContain('2/5');
  expect(actions()).toEqual(['Deliveries repository', 'Set it up at the sender repository']);
  expect(buttons()).not.toContain('Create webhook');
});

const ok = async (page: VueWrapper) => {
  page.findAllComponents({ name: 'AModal' }).at(-1)?.vm.$emit('ok');
  await flushPromises();
};

test('a webhook is made, and its secret shown once with how to set it up', async () => {
  answer(endpoints.createWebhook, () => ({ webhook, secret: 'whsec_canary' }));
  const { page, text } = await open();
  await press('Create webhook');
  await type(fields('Name')[0], 'repository');
  await type(fields('Image')[0], 'registry.local/cart:{sha}');
  await ok(page);
  expect(bodyOf(endpoints.createWebhook)).toEqual({
    name: 'repository',
    sender: 'github',
    isEnabled: true,
    rule: {
      repository: '',
      branches: ['*'],
      tags: [],
      namespaceId: ids.namespace,
      name: '{ref}',
      image: 'registry.local/cart:{sha}',
      replicas: 1,
      maxInstances: 10,
      removeAfterDays: 7,
    },
  });
  expect(text()).toContain('whsec_canary');
  expect(text()).toContain(`/api/v1/hooks/${webhook.id}`);
  expect(text()).toContain('signing token');
});

test('afterwards the address is shown, and no secret', async () => {
  const { text } = await open();
  await choose('Set it up at the sender');
  expect(text()).toContain(`/api/v1/hooks/${webhook.id}`);
  expect(text()).not.toContain('Copy the secret');
});

test('what is missing is said at its field, and nothing is saved', async () => {
  const { page, text } = await open();
  await choose('Change webhook');
  await type(fields('Image')[0], 'registry.local/cart:{env}');
  await ok(page);
  expect(bodyOf(endpoints.updateWebhook)).toBeUndefined();
  expect(text()).toContain('no placeholder that is unknown');
});

test('a payload is tried, and says what it would do', async () => {
  answer(endpoints.tryWebhook, () => ({
    outcome: 'done',
    result: {
      code: 'create',
      message: '',
      params: { name: 'login-1', image: 'registry.local/cart:6113728' },
    },
    instance: null,
    change,
  }));
  const { page, text } = await open();
  await press('Try a payload repository');
  await type(
    document.querySelector<HTMLTextAreaElement>('#try-payload'),
    '{"ref":"refs/heads/feature/login"}',
  );
  await ok(page);
  expect(text()).toContain('Would do');
  expect(text()).toContain('Instance login-1 created with registry.local/cart:6113728');
});

test('what is wrong with a pasted payload stands beside it, in words', async () => {
  answer(endpoints.tryWebhook, () => {
    throw new ApiError(400, {
      code: 'payloadFieldUnreadable',
      message: 'The payload’s field ref cannot be read: missingField',
      params: { field: 'ref', reason: 'missingField' },
      field: 'body.payload',
    });
  });
  const { page } = await open();
  await press('Try a payload repository');
  await type(document.querySelector<HTMLTextAreaElement>('#try-payload'), '{}');
  await ok(page);
  const help = document.querySelector('#try-payload')?.closest('.ant-form-item')?.textContent;
  expect(help).toContain('ref in the payload: it is missing');
});

test('a delivery says what came of it, and is repeated', async () => {
  answer(endpoints.listWebhookDeliveries, () => ({ deliveries: [delivery], total: 1 }));
  const repeat = vi.fn<(input: unknown) => object>(() => delivery);
  answer(endpoints.repeatWebhookDelivery, repeat);
  const { text } = await open();
  await press('Deliveries repository');
  expect(text()).toContain('feature/login');
  expect(text()).toContain('The rule makes at most 5 instances');
  // a menu that closes gives the focus back to the page behind
  const page = document.createElement('div');
  page.id = 'app';
  page.append(document.createElement('button'));
  document.body.append(page);
  page.querySelector('button')?.focus();
  expect(document.activeElement?.closest('.ant-drawer')).not.toBeNull();
  await press('Repeat');
  expect(repeat).toHaveBeenCalledWith({
    params: { application: application.id, webhook: webhook.id, delivery: delivery.id },
  });
});
