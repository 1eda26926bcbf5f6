import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { descriptorFor } from '@pilothouse/kinds';
import type { ApiRequest } from '@pilothouse/kube';
import { expect, test } from 'vitest';
import { EscalationGuard } from '../escalation/escalation-guard.ts';
import type { ServedKind } from '../resource-cluster.ts';
import { Writer } from '../writer.ts';
import { act, subjectOf } from './act.ts';

const resource = { group: 'x.io', version: 'v1', plural: 'things', kind: 'Thing', namespaced: true };
const thing = {
  apiVersion: 'x.io/v1',
  kind: 'Thing',
  metadata: { name: 'a', uid: 'u', resourceVersion: '1' },
};

/** A cluster whose server takes `dryRun` for these calls only, and does all others whatever is asked. */
async function clusterWith(...declared: string[]) {
  const path = '/apis/x.io/v1/namespaces/{namespace}/things/{name}';
  const calls = Object.fromEntries(declared.map((method) => [method, { parameters: [{ name: 'dryRun' }] }]));
  const document = await promisify(gzip)(JSON.stringify({ paths: { [path]: calls } }));
  const sent: string[] = [];
  const request = ({ method = 'GET' }: ApiRequest) => {
    sent.push(method);
    const body = Buffer.from(JSON.stringify(thing));
    return Promise.resolve({ headers: { 'content-type': 'application/json' }, body });
  };
  const object = async (asked: ApiRequest) => {
    const { headers, body } = await request(asked);
    return { headers, object: JSON.parse(body.toString()) as unknown };
  };
  const json = async (asked: ApiRequest) => (await object(asked)).object;
  const cluster = {
    id: 'c',
    name: 'here',
    connection: { request, json, object },
    openApi: { get: () => Promise.resolve({ gzip: document, etag: undefined }) },
  };
  const descriptor = descriptorFor('x.io', 'things', 'Thing');
  return { kind: { cluster, resource, descriptor } as unknown as ServedKind, sent };
}

const writer = new Writer(new EscalationGuard({ authorise: () => expect.unreachable() }), {
  begin: () => expect.unreachable('nothing is kept of a trial'),
});
const trial = (kind: ServedKind, id: 'label' | 'delete') =>
  act(
    id,
    subjectOf(kind, { namespace: 'n', name: 'a' }),
    {
      parameters: id === 'label' ? { set: { a: 'b' }, remove: [], overwrite: false } : {},
      resolved: undefined,
      dryRun: true,
      auditId: 'audit',
      user: { userId: 'me', username: 'me' },
    },
    writer,
  );

test.each(['label', 'delete'] as const)(
  'a trial of %s sends nothing where the cluster might do it',
  async (id) => {
    const { kind, sent } = await clusterWith('put');
    await expect(trial(kind, id)).rejects.toMatchObject({ code: 'dryRunUnavailable' });
    expect(sent.filter((method) => method !== 'GET')).toEqual([]);
  },
);

test('a trial is made where the cluster knows what that is', async () => {
  const { kind, sent } = await clusterWith('patch', 'delete');
  await trial(kind, 'label');
  await trial(kind, 'delete');
  expect(sent.filter((method) => method !== 'GET')).toEqual(['PATCH', 'DELETE']);
});
