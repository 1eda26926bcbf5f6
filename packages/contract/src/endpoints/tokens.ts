import { z } from 'zod';
import { timestamp, uuid } from '../common.ts';
import { defineEndpoint, platformRight } from '../endpoint.ts';
import { grantScope } from './access.ts';

const day = 86_400;

/** What a token may do at most: roles, each in a scope. */
const tokenScope = z.strictObject({ role: z.string().min(1).max(63), scope: grantScope });

export const apiToken = z.object({
  id: uuid,
  name: z.string(),
  /** Whose rights it is a part of. */
  user: z.string(),
  scopes: z.array(tokenScope),
  state: z.enum(['active', 'expired', 'revoked']),
  createdAt: timestamp,
  expiresAt: timestamp,
  /** To the minute; null: never. */
  lastUsedAt: timestamp.nullable(),
  revokedAt: timestamp.nullable(),
  /** Username. */
  revokedBy: z.string().nullable(),
});

const tokenParams = z.strictObject({ token: uuid });
const tokens = z.object({ tokens: z.array(apiToken) });

export const tokenEndpoints = {
  listOwnTokens: defineEndpoint({
    id: 'tokens.listOwn',
    method: 'GET',
    path: '/account/tokens',
    summary: 'API tokens of the caller, the newest first',
    response: tokens,
    permission: 'session',
    sessionOnly: true,
  }),
  createToken: defineEndpoint({
    id: 'tokens.create',
    method: 'POST',
    path: '/account/tokens',
    summary:
      'Make an API token for a part of what the caller may do; it is answered this once, and is never worth more than its maker at that moment',
    body: z.strictObject({
      name: z.string().trim().min(1).max(100),
      scopes: z.array(tokenScope).min(1).max(20),
      expiresInSeconds: z
        .int()
        .min(600)
        .max(365 * day),
    }),
    response: z.object({ token: apiToken, secret: z.string() }),
    status: 201,
    permission: 'session',
    sessionOnly: true,
    audit: {
      code: 'token.create',
      target: ({ body }) => ({ resource: 'token', name: body.name }),
      params: ({ body }) => ({ seconds: body.expiresInSeconds }),
    },
  }),
  revokeOwnToken: defineEndpoint({
    id: 'tokens.revokeOwn',
    method: 'DELETE',
    path: '/account/tokens/{token}',
    summary: 'Revoke an own API token; its streams end within 5 s',
    params: tokenParams,
    permission: 'session',
    sessionOnly: true,
    audit: { code: 'token.revoke', target: ({ params }) => ({ resource: 'token', name: params.token }) },
  }),
  listTokens: defineEndpoint({
    id: 'tokens.list',
    method: 'GET',
    path: '/tokens',
    summary: 'API tokens of everybody, the newest first',
    response: tokens,
    permission: () => [platformRight('GET', '/tokens')],
  }),
  revokeToken: defineEndpoint({
    id: 'tokens.revoke',
    method: 'DELETE',
    path: '/tokens/{token}',
    summary: 'Revoke anybody’s API token; its streams end within 5 s',
    params: tokenParams,
    permission: () => [platformRight('DELETE', '/tokens/{token}')],
    audit: { code: 'token.revoke', target: ({ params }) => ({ resource: 'token', name: params.token }) },
  }),
};
