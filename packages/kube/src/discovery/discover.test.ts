import type { ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { sendJson, sendStatus, startFakeApiserver } from '../testing/fake-apiserver.ts';
import { discover } from './discover.ts';

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

async function discovering(answers: Record<string, unknown | ((response: ServerResponse) => void)>) {
  const server = await startFakeApiserver({
    handle: (_request, response, url) => {
      const answer = answers[url.pathname];
      if (typeof answer === 'function') answer(response);
      else if (answer === undefined) sendStatus(response, 404, 'NotFound');
      else sendJson(response, answer);
    },
  });
  cleanups.push(server.close);
  return { server, discovery: discover(server.connect()) };
}

const aggregated = (items: unknown[]) => ({ kind: 'APIGroupDiscoveryList', items });
const podsResource = {
  resource: 'pods',
  responseKind: { group: '', version: 'v1', kind: 'Pod' },
  scope: 'Namespaced',
  verbs: ['get', 'list'],
  subresources: [{ subresource: 'log' }, { subresource: 'exec' }],
};
const pods = {
  group: '',
  version: 'v1',
  plural: 'pods',
  kind: 'Pod',
  namespaced: true,
  verbs: ['get', 'list'],
  subresources: ['log', 'exec'],
};

describe('discover', () => {
  it('reads what an aggregating server lists, in two requests; a broken group is only that', async () => {
    const widget = {
      resource: 'widgets',
      responseKind: { kind: 'Widget' },
      scope: 'Cluster',
      verbs: ['list'],
    };
    const { server, discovery } = await discovering({
      '/api': aggregated([{ metadata: {}, versions: [{ version: 'v1', resources: [podsResource] }] }]),
      '/apis': aggregated([
        {
          metadata: { name: 'x.io' },
          versions: ['v2', 'v1beta1'].map((version) => ({ version, resources: [widget] })),
        },
        { metadata: { name: 'metrics.k8s.io' }, versions: [{ version: 'v1beta1', freshness: 'Stale' }] },
      ]),
    });
    const found = await discovery;
    expect(server.requests).toHaveLength(2);
    expect(found.find('core', 'pods')).toEqual(pods);
    expect(found.find('', 'pods')).toEqual(pods);
    expect(found.find('x.io', 'widgets')).toMatchObject({
      version: 'v2',
      namespaced: false,
      subresources: [],
    });
    expect(found.find('x.io', 'toString')).toBeUndefined();
    expect(found.broken).toEqual(['metrics.k8s.io/v1beta1']);
  });

  it('asks group by group where the server does not aggregate', async () => {
    const listed = { name: 'pods', kind: 'Pod', namespaced: true, verbs: ['get', 'list'] };
    const { discovery } = await discovering({
      '/api': { kind: 'APIVersions', versions: ['v1'] },
      '/apis': {
        kind: 'APIGroupList',
        groups: [
          {
            name: 'x.io',
            versions: [{ version: 'v1' }, { version: 'v2' }],
            preferredVersion: { version: 'v2' },
          },
          { name: 'down.io', versions: [{ version: 'v1' }] },
        ],
      },
      '/api/v1': { resources: [listed, { ...listed, name: 'pods/log' }, { ...listed, name: 'pods/exec' }] },
      '/apis/x.io/v1': { resources: [{ name: 'widgets', kind: 'Widget', namespaced: false }] },
      '/apis/x.io/v2': {
        resources: [{ name: 'widgets', kind: 'Widget', namespaced: false, verbs: ['list'] }],
      },
      '/apis/down.io/v1': (response: ServerResponse) => sendStatus(response, 503, 'ServiceUnavailable'),
    });
    const found = await discovery;
    expect(found.find('core', 'pods')).toEqual(pods);
    expect(found.find('x.io', 'widgets')).toMatchObject({ version: 'v2', verbs: ['list'] });
    expect(found.resources).toHaveLength(3);
    expect(found.broken).toEqual(['down.io/v1']);
  });

  it.each<[string, unknown, string]>([
    ['a version that is no object', { metadata: { name: 'bad.io' }, versions: ['v1'] }, 'bad.io/*'],
    ['versions that are none', { metadata: { name: 'bad.io' }, versions: 'v1' }, 'bad.io/*'],
    [
      'resources that are none',
      { metadata: { name: 'bad.io' }, versions: [{ version: 'v1', resources: 7 }] },
      'bad.io/v1',
    ],
    [
      'a resource that is none',
      { metadata: { name: 'bad.io' }, versions: [{ version: 'v1', resources: [null] }] },
      'bad.io/v1',
    ],
    [
      'verbs that are none',
      {
        metadata: { name: 'bad.io' },
        versions: [{ version: 'v1', resources: [{ ...podsResource, verbs: { list: true } }] }],
      },
      'bad.io/v1',
    ],
    [
      'a name that is a path',
      {
        metadata: { name: 'bad.io' },
        versions: [{ version: 'v1', resources: [{ ...podsResource, resource: '../../pods' }] }],
      },
      'bad.io/v1',
    ],
    ['a group without a name', { metadata: { name: 7 }, versions: [] }, '*/*'],
    ['nothing at all', null, '*/*'],
  ])('takes everything else where one group has %s', async (_what, bad, broken) => {
    const good = { metadata: { name: 'x.io' }, versions: [{ version: 'v1', resources: [podsResource] }] };
    const core = { metadata: {}, versions: [{ version: 'v1', resources: [podsResource] }] };
    const { discovery } = await discovering({
      '/api': aggregated([core]),
      '/apis': aggregated([good, bad]),
    });
    const found = await discovery;
    expect(found.find('core', 'pods')).toEqual(pods);
    expect(found.find('x.io', 'pods')).toMatchObject({ group: 'x.io' });
    expect(found.resources).toHaveLength(2);
    expect(found.broken).toEqual([broken]);
    expect(found.isBroken('bad.io')).toBe(true);
  });

  it.each<[string, unknown]>([
    ['nonsense', aggregated([null])],
    ['no list', {}],
    ['a page', (response: ServerResponse) => response.end('<h1>hello</h1>')],
    ['500', (response: ServerResponse) => sendStatus(response, 500, 'InternalError')],
  ])('takes the core group where the others are %s', async (_what, others) => {
    const core = { metadata: {}, versions: [{ version: 'v1', resources: [podsResource] }] };
    const { discovery } = await discovering({ '/api': aggregated([core]), '/apis': others });
    const found = await discovery;
    expect(found.find('core', 'pods')).toEqual(pods);
    expect(found.isBroken('apps')).toBe(true);
  });

  it('asked group by group, one that is nonsense is only that', async () => {
    const listed = { name: 'pods', kind: 'Pod', namespaced: true, verbs: ['get', 'list'] };
    const { discovery } = await discovering({
      '/api': { kind: 'APIVersions', versions: ['v1', null] },
      '/apis': {
        kind: 'APIGroupList',
        groups: [
          null,
          { name: 'bad.io', versions: [{ version: 'v1' }] },
          { name: 'x.io', versions: [{ version: 'v1' }] },
        ],
      },
      '/api/v1': { resources: [listed, null, { name: 'nodes', kind: 7, namespaced: false }] },
      '/apis/x.io/v1': { resources: [listed] },
      '/apis/bad.io/v1': (response: ServerResponse) => response.end('<h1>hello</h1>'),
    });
    const found = await discovery;
    expect(found.resources.map(({ group, plural }) => `${group}/${plural}`)).toEqual(['/pods', 'x.io/pods']);
    expect(found.broken.toSorted()).toEqual(['*/*', '/*', '/v1', 'bad.io/v1']);
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['says nothing of use', { '/api': {}, '/apis': {} }, 'notAnApiserver'],
    ['lists nonsense', { '/api': aggregated([null]), '/apis': aggregated([]) }, 'notAnApiserver'],
    [
      'refuses',
      { '/api': (response: ServerResponse) => sendStatus(response, 403, 'Forbidden'), '/apis': {} },
      'api',
    ],
  ])('fails by name where the server %s', async (_what, answers, reason) => {
    const { discovery } = await discovering(answers);
    await expect(discovery).rejects.toMatchObject({ name: 'KubeError', reason });
  });
});
