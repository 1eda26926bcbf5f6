import { z } from 'zod';
import { dnsLabel, listQuery, pageOf, timestamp, uuid } from '../common.ts';
import { defineEndpoint, platformRight } from '../endpoint.ts';
import type { Domain } from '../rights/domain.ts';
import { user, username } from './auth.ts';
import { userGroupName } from './groups.ts';

/** Where a grant holds, as people write it: names, not ids. */
export const grantScope = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('all') }),
  z.strictObject({ kind: z.literal('cluster'), cluster: dnsLabel }),
  z.strictObject({ kind: z.literal('namespace'), cluster: dnsLabel, namespace: dnsLabel }),
  z.strictObject({ kind: z.literal('tree'), node: uuid }),
]) satisfies z.ZodType<Domain>;

/** Who a grant is given to. */
export const grantSubject = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('user'), user: username }),
  z.strictObject({ kind: z.literal('group'), group: userGroupName }),
]);

export const grant = z.object({
  id: uuid,
  subject: z.object({ kind: z.enum(['user', 'group']), name: z.string(), displayName: z.string() }),
  role: z.object({ id: uuid, name: z.string() }),
  scope: grantScope,
  /** Null: until it is taken away. */
  expiresAt: timestamp.nullable(),
  isExpired: z.boolean(),
  reason: z.string(),
  /** Username; null where the platform gave it. */
  givenBy: z.string().nullable(),
  createdAt: timestamp,
});

const userParams = z.strictObject({ user: username });

export const accessEndpoints = {
  listUsers: defineEndpoint({
    id: 'users.list',
    method: 'GET',
    path: '/users',
    summary: 'Users of the platform',
    query: listQuery.extend({ group: userGroupName.optional() }),
    response: pageOf(user),
    permission: () => [platformRight('GET', '/users')],
  }),
  createUser: defineEndpoint({
    id: 'users.create',
    method: 'POST',
    path: '/users',
    summary: 'Create a user; answers a one-time password, shown this once',
    body: z.strictObject({ username, displayName: z.string().trim().min(1).max(100) }),
    response: z.object({ user, oneTimePassword: z.string() }),
    status: 201,
    permission: () => [platformRight('POST', '/users')],
    sessionOnly: true,
    audit: { code: 'user.create', target: ({ body }) => ({ resource: 'user', name: body.username }) },
  }),
  updateUser: defineEndpoint({
    id: 'users.update',
    method: 'PATCH',
    path: '/users/{user}',
    summary:
      'Rename, disable or enable a user; disabling ends their sessions and streams, enabling is for who has what they have',
    params: userParams,
    body: z.strictObject({
      displayName: z.string().trim().min(1).max(100).optional(),
      disabled: z.boolean().optional(),
    }),
    response: user,
    permission: () => [platformRight('PATCH', '/users/{user}')],
    audit: {
      code: 'user.update',
      target: ({ params }) => ({ resource: 'user', name: params.user }),
      params: ({ body }) => ({ ...(body.disabled !== undefined && { disabled: body.disabled }) }),
    },
  }),
  resetPassword: defineEndpoint({
    id: 'users.resetPassword',
    method: 'POST',
    path: '/users/{user}/password',
    summary: 'Give a user, who has no more than the caller, a new one-time password; ends their sessions',
    params: userParams,
    response: z.object({ oneTimePassword: z.string() }),
    permission: () => [platformRight('POST', '/users/{user}/password')],
    sessionOnly: true,
    audit: { code: 'user.resetPassword', target: ({ params }) => ({ resource: 'user', name: params.user }) },
  }),
  listGrants: defineEndpoint({
    id: 'grants.list',
    method: 'GET',
    path: '/grants',
    summary: 'Who has which role where',
    query: listQuery.extend({
      /** Also what the user has through groups. */
      user: username.optional(),
      group: userGroupName.optional(),
      cluster: dnsLabel.optional(),
      node: uuid.optional(),
      role: z.string().max(63).optional(),
      /** Those that end, or have ended. */
      ending: z.enum(['ends', 'ended']).optional(),
    }),
    response: pageOf(grant),
    permission: () => [platformRight('GET', '/grants')],
  }),
  createGrant: defineEndpoint({
    id: 'grants.create',
    method: 'POST',
    path: '/grants',
    summary:
      'Give a user or a group a role in a scope, of no more than the caller may do there; until a time, if wished',
    body: z.strictObject({
      subject: grantSubject,
      role: z.string().min(1).max(63),
      scope: grantScope,
      expiresAt: timestamp.nullable().default(null),
      reason: z.string().trim().max(500).default(''),
    }),
    response: grant,
    status: 201,
    permission: () => [platformRight('POST', '/grants')],
    audit: {
      code: 'grant.create',
      target: ({ body: { subject, role, scope } }) => ({
        resource: 'grant',
        name: `${subject.kind === 'user' ? subject.user : subject.group}:${role}`,
        ...('cluster' in scope && { cluster: scope.cluster }),
        ...('namespace' in scope && { namespace: scope.namespace }),
      }),
      params: ({ body: { subject, scope } }) => ({ subject: subject.kind, scope: scope.kind }),
    },
  }),
  deleteGrant: defineEndpoint({
    id: 'grants.delete',
    method: 'DELETE',
    path: '/grants/{grant}',
    summary: 'Take a grant away; streams that stood on it end within 5 s',
    params: z.strictObject({ grant: uuid }),
    permission: () => [platformRight('DELETE', '/grants/{grant}')],
    audit: { code: 'grant.delete', target: ({ params }) => ({ resource: 'grant', name: params.grant }) },
  }),
};
