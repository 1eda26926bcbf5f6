import { z } from 'zod';
import { dnsLabel, timestamp, uuid } from '../common.ts';
import { defineEndpoint, platformRight, type Method, type Requirement } from '../endpoint.ts';
import type { Domain } from '../rights/domain.ts';
import { grantSubject } from './access.ts';

/** What somebody owns a node for; each has a role there and below. */
export const ownerships = ['operations', 'development', 'developer'] as const;

const owners = z.strictObject({
  operations: z.array(grantSubject).max(50),
  development: z.array(grantSubject).max(50),
  developer: z.array(grantSubject).max(200),
});

export const treeNode = z.object({
  id: uuid,
  parentId: uuid.nullable(),
  name: z.string(),
  displayName: z.string(),
  description: z.string(),
  /** Names from the top, joined by dots: `acme.games.shop.cart`. */
  path: z.string(),
  /** 0 at the top. */
  level: z.number().int(),
  createdAt: timestamp,
});

const subjectView = z.object({ kind: z.enum(['user', 'group']), name: z.string(), displayName: z.string() });

/** An owner of a node, or of one above it. */
const treeOwner = z.object({
  ownership: z.enum(ownerships),
  subject: subjectView,
  /** The node that they were named at. */
  from: z.object({ id: uuid, path: z.string() }),
});

/** A role that somebody has by a grant on a node, or by owning it. */
const heldRole = z.object({
  subject: subjectView,
  role: z.string(),
  from: z.object({ id: uuid, path: z.string() }),
});

/** A node as a line of a table: owners by username, groups with an `@` before their name. */
const treeRow = z.object({
  path: z.string(),
  displayName: z.string(),
  description: z.string(),
  operations: z.array(z.string()),
  development: z.array(z.string()),
  developer: z.array(z.string()),
});

/** Why a line of a file cannot be taken. */
export const treeImportProblem = z.enum([
  'badPath',
  'tooDeep',
  'repeated',
  'noParent',
  'unknownOwner',
  'tooLong',
]);

const treeImportRow = z.object({
  /** Of the file, 1 is its heading. */
  line: z.number().int(),
  path: z.string(),
  state: z.enum(['create', 'change', 'unchanged', 'refused']),
  /** What would change of a node that is there. */
  changes: z.array(z.object({ column: z.string(), from: z.string(), to: z.string() })),
  problem: z.object({ code: treeImportProblem, detail: z.string() }).nullable(),
});

const treeFile = z.strictObject({ csv: z.string().max(2_000_000) });
const treeImport = z.object({ rows: z.array(treeImportRow) });

const nodeParams = z.strictObject({ node: uuid });
const name = dnsLabel;
const displayName = z.string().trim().min(1).max(100);
const description = z.string().trim().max(500);
const move = z.strictObject({ parent: uuid.nullable() });

const platform: Domain = { kind: 'all' };
/** A right on a node and what is below it; at the top it is one on the platform. */
function treeRight(method: Method, path: string, node: string | null): Requirement {
  return { domain: node === null ? platform : { kind: 'tree', node }, object: path, action: method };
}

const targetOf = ({ params }: { params: { node: string } }) => ({ resource: 'treeNode', name: params.node });

export const treeEndpoints = {
  listTree: defineEndpoint({
    id: 'tree.list',
    method: 'GET',
    path: '/tree',
    summary: 'The service tree, as far as the caller has a grant at, above or below its nodes',
    response: z.object({
      /** What the levels are called, from the top; nodes go no deeper. */
      levels: z.array(z.string()),
      nodes: z.array(treeNode),
    }),
    permission: 'session',
    live: true,
  }),
  exportTree: defineEndpoint({
    id: 'tree.export',
    method: 'GET',
    path: '/tree/rows',
    summary: 'The service tree as a table, one node a line, with the owners named there',
    response: z.object({ rows: z.array(treeRow) }),
    permission: () => [platformRight('GET', '/tree/rows')],
  }),
  planTreeImport: defineEndpoint({
    id: 'tree.planImport',
    method: 'POST',
    path: '/tree/rows/plan',
    summary:
      'What a CSV file would change: columns path, displayName, description, operations, development, developer; all but the first may be left out',
    body: treeFile,
    response: treeImport,
    permission: () => [platformRight('POST', '/tree/rows')],
    audit: { code: 'tree.planImport', target: () => ({ resource: 'treeNode' }), onlyFailures: true },
  }),
  importTree: defineEndpoint({
    id: 'tree.import',
    method: 'POST',
    path: '/tree/rows',
    summary: 'Create and change nodes as a CSV file says, all of them or none; nothing is moved or deleted',
    body: treeFile,
    response: treeImport,
    permission: () => [platformRight('POST', '/tree/rows')],
    audit: { code: 'tree.import', target: () => ({ resource: 'treeNode' }) },
  }),
  createTreeNode: defineEndpoint({
    id: 'tree.create',
    method: 'POST',
    path: '/tree',
    summary: 'Create a node of the service tree, at the top or below another',
    body: z.strictObject({
      parent: uuid.nullable(),
      name,
      displayName,
      description: description.default(''),
    }),
    response: treeNode,
    status: 201,
    permission: ({ body }) => [treeRight('POST', '/tree', body.parent ?? null)],
    audit: { code: 'tree.create', target: ({ body }) => ({ resource: 'treeNode', name: body.name }) },
  }),
  getTreeNode: defineEndpoint({
    id: 'tree.get',
    method: 'GET',
    path: '/tree/{node}',
    summary: 'A node of the service tree with its owners, those of the nodes above it among them',
    params: nodeParams,
    response: treeNode.extend({ owners: z.array(treeOwner) }),
    permission: ({ params }) => [{ ...treeRight('GET', '/tree/{node}', params.node), match: 'entry' }],
  }),
  updateTreeNode: defineEndpoint({
    id: 'tree.update',
    method: 'PATCH',
    path: '/tree/{node}',
    summary: 'Rename or describe a node; grants stay, nothing in a cluster restarts',
    params: nodeParams,
    body: z.strictObject({
      name: name.optional(),
      displayName: displayName.optional(),
      description: description.optional(),
    }),
    response: treeNode,
    permission: ({ params }) => [treeRight('PATCH', '/tree/{node}', params.node)],
    audit: { code: 'tree.update', target: targetOf },
  }),
  deleteTreeNode: defineEndpoint({
    id: 'tree.delete',
    method: 'DELETE',
    path: '/tree/{node}',
    summary: 'Delete a node on which nothing hangs; its owners and grants go with it',
    params: nodeParams,
    permission: ({ params }) => [treeRight('DELETE', '/tree/{node}', params.node)],
    audit: { code: 'tree.delete', target: targetOf },
  }),
  planTreeMove: defineEndpoint({
    id: 'tree.planMove',
    method: 'POST',
    path: '/tree/{node}/parent/plan',
    summary: 'Who would gain or lose which role on a node and what is below it, if it was moved',
    params: nodeParams,
    body: move,
    response: z.object({
      /** The path that it would have. */
      path: z.string(),
      /** Nodes that move with it. */
      below: z.number().int(),
      gains: z.array(heldRole),
      loses: z.array(heldRole),
    }),
    permission: ({ params, body }) => moveRights(params.node, body.parent),
    audit: { code: 'tree.planMove', target: targetOf, onlyFailures: true },
  }),
  moveTreeNode: defineEndpoint({
    id: 'tree.move',
    method: 'PUT',
    path: '/tree/{node}/parent',
    summary: 'Move a node with all that is below it; grants on it stay, those of the old place end',
    params: nodeParams,
    body: move,
    response: treeNode,
    permission: ({ params, body }) => moveRights(params.node, body.parent),
    audit: { code: 'tree.move', target: targetOf },
  }),
  setTreeOwners: defineEndpoint({
    id: 'tree.setOwners',
    method: 'PUT',
    path: '/tree/{node}/owners',
    summary: 'Say who owns a node; each has the role of it there and below',
    params: nodeParams,
    body: owners,
    response: treeNode.extend({ owners: z.array(treeOwner) }),
    permission: ({ params }) => [treeRight('PUT', '/tree/{node}/owners', params.node)],
    audit: {
      code: 'tree.setOwners',
      target: targetOf,
      params: ({ body }) => ({
        operations: namesOf(body.operations),
        development: namesOf(body.development),
        developer: namesOf(body.developer),
      }),
    },
  }),
};

/** Taking it from where it is, and putting it where it shall be. */
function moveRights(node: string, parent: string | null | undefined): Requirement[] {
  return [treeRight('PUT', '/tree/{node}/parent', node), treeRight('POST', '/tree', parent ?? null)];
}

function namesOf(subjects: z.output<typeof owners>['operations']): string {
  return subjects.map((subject) => (subject.kind === 'user' ? subject.user : `@${subject.group}`)).join(', ');
}
