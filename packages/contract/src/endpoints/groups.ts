import { z } from 'zod';
import { dnsSubdomain, listQuery, pageOf, timestamp, uuid } from '../common.ts';
import { defineEndpoint, platformRight } from '../endpoint.ts';
import { username } from './auth.ts';

/** Of a group of users; those of Kubernetes' API are `core`, `apps` … */
export const userGroupName = dnsSubdomain.max(64);

export const group = z.object({
  id: uuid,
  name: z.string(),
  displayName: z.string(),
  /** Direct ones. */
  members: z.number().int(),
  grants: z.number().int(),
  /** Groups in it: their members have what it has. */
  children: z.array(z.object({ name: z.string(), displayName: z.string() })),
  /** Groups that it is in. */
  parents: z.array(z.object({ name: z.string(), displayName: z.string() })),
  createdAt: timestamp,
});

const displayName = z.string().trim().min(1).max(100);
const groupParams = z.strictObject({ group: userGroupName });
const nestingParams = groupParams.extend({ child: userGroupName });
const memberParams = groupParams.extend({ user: username });
const targetOf = ({ params }: { params: { group: string } }) => ({ resource: 'group', name: params.group });

export const groupEndpoints = {
  listGroups: defineEndpoint({
    id: 'groups.list',
    method: 'GET',
    path: '/groups',
    summary: 'Groups of users',
    query: listQuery,
    response: pageOf(group),
    permission: () => [platformRight('GET', '/groups')],
  }),
  createGroup: defineEndpoint({
    id: 'groups.create',
    method: 'POST',
    path: '/groups',
    summary: 'Create a group of users',
    body: z.strictObject({ name: userGroupName, displayName }),
    response: group,
    status: 201,
    permission: () => [platformRight('POST', '/groups')],
    audit: { code: 'group.create', target: ({ body }) => ({ resource: 'group', name: body.name }) },
  }),
  getGroup: defineEndpoint({
    id: 'groups.get',
    method: 'GET',
    path: '/groups/{group}',
    summary: 'One group of users; its members are the users of this group',
    params: groupParams,
    response: group,
    permission: () => [platformRight('GET', '/groups/{group}')],
  }),
  updateGroup: defineEndpoint({
    id: 'groups.update',
    method: 'PATCH',
    path: '/groups/{group}',
    summary: 'Edit the display name of a group',
    params: groupParams,
    body: z.strictObject({ displayName }),
    response: group,
    permission: () => [platformRight('PATCH', '/groups/{group}')],
    audit: { code: 'group.update', target: targetOf },
  }),
  deleteGroup: defineEndpoint({
    id: 'groups.delete',
    method: 'DELETE',
    path: '/groups/{group}',
    summary: 'Delete a group and its grants; streams that stood on them end within 5 s',
    params: groupParams,
    permission: () => [platformRight('DELETE', '/groups/{group}')],
    audit: { code: 'group.delete', target: targetOf },
  }),
  addGroupMember: defineEndpoint({
    id: 'groups.addMember',
    method: 'PUT',
    path: '/groups/{group}/members/{user}',
    summary: 'Put a user into a group; harmless to repeat',
    params: memberParams,
    permission: () => [platformRight('PUT', '/groups/{group}/members/{user}')],
    audit: { code: 'group.addMember', target: targetOf, params: ({ params }) => ({ user: params.user }) },
  }),
  addChildGroup: defineEndpoint({
    id: 'groups.addChild',
    method: 'PUT',
    path: '/groups/{group}/groups/{child}',
    summary: 'Put a group into a group, one level deep; harmless to repeat',
    params: nestingParams,
    permission: () => [platformRight('PUT', '/groups/{group}/groups/{child}')],
    audit: { code: 'group.addChild', target: targetOf, params: ({ params }) => ({ child: params.child }) },
  }),
  removeChildGroup: defineEndpoint({
    id: 'groups.removeChild',
    method: 'DELETE',
    path: '/groups/{group}/groups/{child}',
    summary: 'Take a group out of a group; streams that stood on its grants end within 5 s',
    params: nestingParams,
    permission: () => [platformRight('DELETE', '/groups/{group}/groups/{child}')],
    audit: { code: 'group.removeChild', target: targetOf, params: ({ params }) => ({ child: params.child }) },
  }),
  removeGroupMember: defineEndpoint({
    id: 'groups.removeMember',
    method: 'DELETE',
    path: '/groups/{group}/members/{user}',
    summary: 'Take a user out of a group; streams that stood on its grants end within 5 s',
    params: memberParams,
    permission: () => [platformRight('DELETE', '/groups/{group}/members/{user}')],
    audit: { code: 'group.removeMember', target: targetOf, params: ({ params }) => ({ user: params.user }) },
  }),
};
