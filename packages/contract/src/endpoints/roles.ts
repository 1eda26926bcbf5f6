import { z } from 'zod';
import { dnsLabel, oneOrMany, timestamp, uuid } from '../common.ts';
import { defineEndpoint, platformRight } from '../endpoint.ts';
import { grantScope } from './access.ts';
import { menuEntry, username } from './auth.ts';

const segment = String.raw`(\*|[a-zA-Z0-9{][-_.a-zA-Z0-9{}]*)`;
/** `**`, a path of the API, or a resource of Kubernetes with `*` for one segment and `**` for the rest. */
const policyObject = z
  .string()
  .max(255)
  .regex(
    new RegExp(
      String.raw`^(\*\*|(/${segment})+(/\*\*)?|k8s/\*\*|k8s/${segment}/\*\*|k8s/${segment}/${segment}(/${segment}|/\*\*)?)$`,
    ),
    'roleObject',
  );
const policyAction = z
  .string()
  .max(32)
  .regex(/^(All|GET|POST|PUT|PATCH|DELETE|[a-z][-a-z]*)$/, 'roleAction');

/** What a role allows: an object, which may be a pattern, and an action; `All` is any action. */
export const rolePolicy = z
  .strictObject({ object: policyObject, action: policyAction })
  .refine(
    ({ object, action }) =>
      action === 'All' || object === '**' || object.startsWith('/') === /^[A-Z]/.test(action),
    {
      path: ['action'],
      error: 'roleAction',
    },
  );

export const role = z.object({
  id: uuid,
  /** Translated as `role.<name>` when built in. */
  name: z.string(),
  description: z.string(),
  builtIn: z.boolean(),
  /** Goes up with each change. */
  version: z.number().int(),
  policies: z.array(z.object({ object: z.string(), action: z.string() })),
  /** Keys of the menu's entries. */
  menus: z.array(z.string()),
  /** How many grants give it. */
  grants: z.number().int(),
  createdAt: timestamp,
});

const description = z.string().trim().max(500);
const policies = z.array(rolePolicy).max(1000);
const menus = z.array(z.string().max(64)).max(500);
const roleParams = z.strictObject({ role: z.string().min(1).max(63) });
const targetOf = ({ params }: { params: { role: string } }) => ({ resource: 'role', name: params.role });

const heldGrant = z.object({
  id: uuid,
  role: z.string(),
  scope: grantScope,
  /** The group through which a user has it, and the one that this is in. */
  through: z.array(z.string()),
  expiresAt: timestamp.nullable(),
});
const right = z.object({ object: z.string(), action: z.string() });
const person = z.object({ username: z.string(), displayName: z.string() });

export const roleEndpoints = {
  listRoles: defineEndpoint({
    id: 'roles.list',
    method: 'GET',
    path: '/roles',
    summary: 'Roles and what they allow',
    response: z.object({ items: z.array(role) }),
    permission: () => [platformRight('GET', '/roles')],
  }),
  getRole: defineEndpoint({
    id: 'roles.get',
    method: 'GET',
    path: '/roles/{role}',
    summary: 'A role and what it allows',
    params: roleParams,
    response: role,
    permission: () => [platformRight('GET', '/roles')],
  }),
  listMenus: defineEndpoint({
    id: 'roles.menus',
    method: 'GET',
    path: '/role-menus',
    summary: 'Every entry of the menu, by module: what a role may show',
    response: z.object({ items: z.array(menuEntry) }),
    permission: () => [platformRight('GET', '/roles')],
  }),
  createRole: defineEndpoint({
    id: 'roles.create',
    method: 'POST',
    path: '/roles',
    summary: 'Create a role, of no more than the caller may do everywhere',
    body: z.strictObject({ name: dnsLabel, description, policies, menus }),
    response: role,
    status: 201,
    permission: () => [platformRight('POST', '/roles')],
    audit: {
      code: 'role.create',
      target: ({ body }) => ({ resource: 'role', name: body.name }),
      params: ({ body }) => ({ rights: body.policies.length }),
    },
  }),
  updateRole: defineEndpoint({
    id: 'roles.update',
    method: 'PUT',
    path: '/roles/{role}',
    summary:
      'Change what a role allows, on the version that was read; open sessions and streams follow within 5 s',
    params: roleParams,
    body: z.strictObject({ description, policies, menus, version: z.number().int().min(1) }),
    response: role,
    permission: () => [platformRight('PUT', '/roles/{role}')],
    audit: {
      code: 'role.update',
      target: targetOf,
      params: ({ body }) => ({ rights: body.policies.length }),
    },
  }),
  planRole: defineEndpoint({
    id: 'roles.plan',
    method: 'POST',
    path: '/roles/{role}/plan',
    summary: 'What a change of a role would give and take, and whom',
    params: roleParams,
    body: z.strictObject({ policies }),
    response: z.object({
      added: z.array(right),
      removed: z.array(right),
      /** Of those who hold it only whom the change gives or takes something that they have or lose no other way. */
      people: z.array(
        person.extend({
          changes: z.array(z.object({ scope: grantScope, gains: z.array(right), loses: z.array(right) })),
        }),
      ),
      /** Users who hold it, directly or through groups. */
      holders: z.number().int(),
    }),
    permission: () => [platformRight('PUT', '/roles/{role}')],
    audit: { code: 'role.plan', target: targetOf, onlyFailures: true },
  }),
  deleteRole: defineEndpoint({
    id: 'roles.delete',
    method: 'DELETE',
    path: '/roles/{role}',
    summary: 'Delete a role that nobody holds',
    params: roleParams,
    permission: () => [platformRight('DELETE', '/roles/{role}')],
    audit: { code: 'role.delete', target: targetOf },
  }),
  explainRights: defineEndpoint({
    id: 'rights.explain',
    method: 'GET',
    path: '/rights',
    summary:
      'Whether a user has rights in a place and through which grants; without a user, everybody who has them all',
    query: z.strictObject({
      user: username.optional(),
      /** `<action> <object>`; all of them are asked for. */
      right: oneOrMany(
        z
          .string()
          .max(300)
          .regex(/^\S+ \S+$/, 'right'),
      ),
      cluster: dnsLabel.optional(),
      namespace: dnsLabel.optional(),
      /** A node of the service tree, instead of a cluster. */
      node: uuid.optional(),
    }),
    response: z.object({
      items: z.array(
        person.extend({
          allowed: z.boolean(),
          rights: z.array(right.extend({ grants: z.array(heldGrant) })),
        }),
      ),
      /** There are more than are told. */
      truncated: z.boolean(),
    }),
    permission: () => [platformRight('GET', '/rights')],
  }),
};
