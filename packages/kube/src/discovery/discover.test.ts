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
