import { z } from 'zod';
import { dnsSubdomain, timestamp, uuid } from '../common.ts';
import { defineEndpoint } from '../endpoint.ts';
import type { OwnGrants } from '../rights/compiled-grants.ts';

export const user = z.object({
  id: uuid,
  username: z.string(),
  displayName: z.string(),
  disabled: z.boolean(),
  mustChangePassword: z.boolean(),
  createdAt: timestamp,
});

export const session = z.object({
  accessToken: z.string(),
  /** Seconds. */
  expiresIn: z.number().int(),
  user,
  mustChangePassword: z.boolean(),
});

/** A node of the menu: `key` is translated as `menu.<key>`, `path` is a route of the SPA. */
export const menuEntry: z.ZodType<MenuEntry> = z.object({
  key: z.string(),
  path: z.string().nullable(),
  icon: z.string(),
  get children() {
    return z.array(menuEntry);
  },
});
export interface MenuEntry {
  key: string;
  path: string | null;
  icon: string;
  children: MenuEntry[];
}

/** What the signed-in user may do, also through groups: the SPA greys out what would be refused. */
export const ownGrants = z.object({
  roles: z.array(
    z.object({ name: z.string(), policies: z.array(z.object({ object: z.string(), action: z.string() })) }),
  ),
  grants: z.array(
    z.object({
      role: z.string(),
      /** `*`, `cluster:<name>`, `cluster:<name>/<namespace>` or `tree:<node>`. */
      domain: z.string(),
    }),
  ),
}) satisfies z.ZodType<OwnGrants>;

const password = z.string().min(1).max(1024);
export const username = dnsSubdomain.max(64);

export const authEndpoints = {
  login: defineEndpoint({
    id: 'auth.login',
    method: 'POST',
    path: '/auth/login',
    summary: 'Sign in; sets the refresh cookie',
    body: z.strictObject({ username: z.string().min(1).max(64), password }),
    response: session,
    permission: 'public',
    audit: { code: 'auth.login', target: ({ body }) => ({ resource: 'user', name: body.username }) },
  }),
  refresh: defineEndpoint({
    id: 'auth.refresh',
    method: 'POST',
    path: '/auth/refresh',
    summary: 'Trade the refresh cookie for a new access token',
    response: session,
    permission: 'public',
  }),
  logout: defineEndpoint({
    id: 'auth.logout',
    method: 'POST',
    path: '/auth/logout',
    summary: 'End this session and its streams',
    permission: 'public',
    audit: { code: 'auth.logout', target: () => ({ resource: 'session' }) },
  }),
  changePassword: defineEndpoint({
    id: 'auth.changePassword',
    method: 'POST',
    path: '/auth/password',
    summary: 'Change the own password; ends all other sessions',
    body: z.strictObject({ currentPassword: password, newPassword: password }),
    response: session,
    permission: 'session',
    sessionOnly: true,
    audit: { code: 'auth.changePassword', target: () => ({ resource: 'user' }) },
  }),
  me: defineEndpoint({
    id: 'auth.me',
    method: 'GET',
    path: '/auth/me',
    summary: 'Who am I: user, menus, roles, grants',
    response: ownGrants.extend({
      user,
      menus: z.array(menuEntry),
      /** The platform's settings allow shells on nodes. */
      nodeShells: z.boolean(),
      /** Ports of Pods can be opened here. */
      portForwards: z.boolean(),
    }),
    permission: 'session',
    live: true,
  }),
};
