import type { IncomingMessage } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import {
  sendJson,
  sendStatus,
  startFakeApiserver,
  type FakeApiserverOptions,
} from '../testing/fake-apiserver.ts';
import { pod } from '../testing/pods.ts';
import type { KubeError } from '../transport/kube-error.ts';
import { applyObject } from './apply.ts';
import { evictPod } from './evict.ts';
import { createObject, deleteObject, replaceObject } from './objects.ts';
import { scaleObject } from './scale.ts';
import { waitFor } from './wait-for.ts';
import { warningsOf } from './write-options.ts';

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

async function connected(handle: NonNullable<FakeApiserverOptions['handle']>) {
  const server = await startFakeApiserver({ handle });
  cleanups.push(server.close);
  return { server, connection: server.connect({ timeoutMs: 2000 }) };
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  return JSON.parse(Buffer.concat(await request.toArray()).toString());
}

const web = { group: 'apps', version: 'v1', plural: 'deployments', namespace: 'demo', name: 'web' };
const podRef = { group: '', version: 'v1', plural: 'pods', namespace: 'demo', name: 'a' };
const conflict = (causes: unknown[]) => ({
  kind: 'Status',
  status: 'Failure',
  reason: 'Conflict',
  message: 'Apply failed with 1 conflict',
  code: 409,
  details: { causes },
});

describe('apply', () => {
  it('is strict, by one manager, and forces only when told to', async () => {
    const { server, connection } = await connected((_request, response) =>
      sendJson(response, { kind: 'Deployment' }),
    );
    expect(await applyObject(connection, web, {})).toEqual({ object: { kind: 'Deployment' } });
    await applyObject(connection, web, {}, { dryRun: true, force: true });
    const path =
      'PATCH /apis/apps/v1/namespaces/demo/deployments/web?fieldManager=pilothouse-apply&fieldValidation=Strict';
    expect(server.requests).toEqual([`${path}&force=false`, `${path}&dryRun=All&force=true`]);
    expect(server.headers[0]?.['content-type']).toBe('application/apply-patch+yaml');
  });

  it('says who owns what in conflicts', async () => {
    const causes = [
      {
        reason: 'FieldManagerConflict',
        message: 'conflict with "kubectl-edit" using apps/v1 at 2026-01-01T00:00:00Z',
        field: '.spec.replicas',
      },
      { reason: 'FieldManagerConflict', message: 'in other words', field: '.spec.paused' },
    ];
    const { connection } = await connected((_request, response) => sendJson(response, conflict(causes), 409));
    expect(await applyObject(connection, web, {})).toEqual({
      conflicts: [
        { manager: 'kubectl-edit', field: '.spec.replicas', message: causes[0]?.message },
        { manager: null, field: '.spec.paused', message: 'in other words' },
      ],
    });
  });

  it('an old resourceVersion is no conflict of fields', async () => {
    const { connection } = await connected((_request, response) => sendStatus(response, 409, 'Conflict'));
    await expect(applyObject(connection, web, {})).rejects.toMatchObject({ reason: 'api', status: 409 });
  });
});

describe('writing', () => {
  it.each([
    [undefined, []],
    ['299 - "unknown field \\"spec.x\\""', ['unknown field "spec.x"']],
    ['299 - "one", 299 kube "two, and \\\\"', ['one', 'two, and \\']],
    [
      ['299 - "one"', '299 - "two"'],
      ['one', 'two'],
    ],
    ['nonsense', []],
  ])('warnings of %j', (header, texts) => expect(warningsOf(header)).toEqual(texts));

  it('creates among its kind, replaces by name, each as told; warnings are passed on', async () => {
    const { server, connection } = await connected((_request, response) => {
      response.setHeader('warning', '299 - "would violate PodSecurity"');
      sendJson(response, { kind: 'Deployment' }, 201);
    });
    const warnings: string[] = [];
    const { name: _name, ...collection } = web;
    await createObject(connection, collection, {}, { onWarnings: (more) => warnings.push(...more) });
    await replaceObject(connection, web, {}, { fieldValidation: 'Warn', fieldManager: 'pilothouse-apps' });
    expect(server.requests).toEqual([
      'POST /apis/apps/v1/namespaces/demo/deployments?fieldManager=pilothouse&fieldValidation=Strict',
      'PUT /apis/apps/v1/namespaces/demo/deployments/web?fieldManager=pilothouse-apps&fieldValidation=Warn',
    ]);
    expect(warnings).toEqual(['would violate PodSecurity']);
  });
});

describe('delete', () => {
  it('is tried out by the body: beside one the query is ignored', async () => {
    const bodies: unknown[] = [];
    const { connection } = await connected(async (request, response) => {
      bodies.push(await bodyOf(request));
      sendJson(response, { kind: 'Status', status: 'Success' });
    });
    await deleteObject(connection, podRef, { dryRun: true, uid: 'u-1' });
    expect(bodies).toMatchObject([{ dryRun: ['All'], preconditions: { uid: 'u-1' } }]);
  });
});

describe('evict', () => {
  it.each(['v1', 'v1beta1'] as const)('policy/%s, of this pod and no other', async (version) => {
    const bodies: unknown[] = [];
    const { server, connection } = await connected(async (request, response) => {
      bodies.push(await bodyOf(request));
      sendJson(response, { kind: 'Status', status: 'Success' }, 201);
    });
    await evictPod(connection, podRef, { version, uid: 'u-1', gracePeriodSeconds: 0, dryRun: true });
    expect(server.requests).toEqual(['POST /api/v1/namespaces/demo/pods/a/eviction']);
    expect(bodies).toEqual([
      {
        apiVersion: `policy/${version}`,
        kind: 'Eviction',
        metadata: { name: 'a', namespace: 'demo' },
        deleteOptions: { gracePeriodSeconds: 0, preconditions: { uid: 'u-1' }, dryRun: ['All'] },
      },
    ]);
  });

  it('a budget that refuses is a 429', async () => {
    const { connection } = await connected((_request, response) =>
      sendStatus(response, 429, 'TooManyRequests'),
    );
    await expect(evictPod(connection, podRef)).rejects.toMatchObject({ reason: 'api', status: 429 });
  });
});

describe('scale', () => {
  const scale = { kind: 'Scale', metadata: { name: 'web', resourceVersion: '7' }, spec: { replicas: 3 } };

  it('writes against the version that was read', async () => {
    const bodies: unknown[] = [];
    const { server, connection } = await connected(async (request, response) => {
      if (request.method === 'PUT') bodies.push(await bodyOf(request));
      sendJson(response, scale);
    });
    await scaleObject(connection, web, 5, { currentReplicas: 3, dryRun: true });
    expect(bodies).toEqual([{ ...scale, spec: { replicas: 5 } }]);
    expect(server.requests[1]).toBe(
      'PUT /apis/apps/v1/namespaces/demo/deployments/web/scale?fieldManager=pilothouse&fieldValidation=Strict&dryRun=All',
    );
  });

  it('changes nothing where the count is not the one that was seen', async () => {
    const { server, connection } = await connected((_request, response) => sendJson(response, scale));
    await expect(scaleObject(connection, web, 5, { currentReplicas: 2 })).rejects.toMatchObject({
      status: 409,
    });
    expect(server.requests.filter((request) => request.startsWith('PUT'))).toEqual([]);
  });
});

describe('waitFor', () => {
  const event = (type: string, object: unknown) => `${JSON.stringify({ type, object })}\n`;

  it('watches one object from where it was read, over a watch that ends', async () => {
    let watches = 0;
    const { server, connection } = await connected((_request, response, url) => {
      if (!url.searchParams.has('watch')) return sendJson(response, pod('a', 5));
      watches += 1;
      response.writeHead(200, { 'content-type': 'application/json' });
      if (watches === 1) response.end(event('MODIFIED', pod('a', 6)));
      else response.write(event('MODIFIED', pod('a', 7, { node: 'node-2' })));
    });
    const found = await waitFor<ReturnType<typeof pod>>(
      connection,
      podRef,
      (object) => object?.spec.nodeName === 'node-2',
      { deadlineMs: 5000 },
    );
    expect(found?.metadata.resourceVersion).toBe('7');
    expect(server.requests[1]).toContain('/api/v1/namespaces/demo/pods?');
    expect(server.requests[1]).toContain('resourceVersion=5');
    expect(server.requests[1]).toContain('fieldSelector=metadata.name%3Da');
  });

  it('notices that it is gone', async () => {
    const { connection } = await connected((_request, response, url) => {
      if (!url.searchParams.has('watch')) return sendJson(response, pod('a', 5));
      response.writeHead(200, { 'content-type': 'application/json' }).write(event('DELETED', pod('a', 6)));
    });
    expect(await waitFor(connection, podRef, (object) => object === null, { deadlineMs: 2000 })).toBeNull();
  });

  it.each([
    ['timeout', 200],
    ['api', 5000],
  ] as const)('ends with %s', async (reason, deadlineMs) => {
    const { connection } = await connected((_request, response, url) => {
      if (reason === 'api') return sendStatus(response, 403, 'Forbidden');
      if (!url.searchParams.has('watch')) return sendJson(response, pod('a', 5));
      response.writeHead(200, { 'content-type': 'application/json' }).write('\n');
    });
    const failure = await waitFor(connection, podRef, () => false, { deadlineMs }).catch(
      (error: KubeError) => error,
    );
    expect(failure).toMatchObject({ reason });
    expect(connection.traffic().waiting).toBe(0);
    await expect.poll(() => connection.traffic().streams).toBe(0);
  });
});
