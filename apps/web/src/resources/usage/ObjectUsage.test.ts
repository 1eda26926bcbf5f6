import { endpoints } from '@pilothouse/contract';
import { flushPromises } from '@vue/test-utils';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { answer, asked, calls, forget, snapshotOf, tell } from '../../app/testing/fake-api.ts';
import { everyRight, mountPage, type GivenRight } from '../../app/testing/mount-page.ts';
import ObjectUsage from './ObjectUsage.vue';

vi.mock('../../api/call.ts', () => import('../../app/testing/fake-api.ts'));
vi.mock('../../api/live.ts', () => import('../../app/testing/fake-api.ts'));

let close = () => undefined as void;
beforeEach(forget);
afterEach(() => close());

const mi = 2 ** 20;
const node = {
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: 'n1' },
  status: { allocatable: { cpu: '2', memory: '1000Mi' } },
};
const pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p', namespace: 'shop' },
  spec: {
    nodeName: 'n1',
    containers: [{ name: 'c', resources: { requests: { memory: '100Mi' }, limits: { memory: '200Mi' } } }],
  },
  status: { phase: 'Running' },
};

async function open(
  object: object,
  { query = '', rights = everyRight }: { query?: string; rights?: GivenRight[] } = {},
) {
  const { page, text } = await mountPage(ObjectUsage, {
    at: `/x${query}`,
    routes: [
      { path: '/x', component: { render: () => null } },
      { path: '/clusters/:cluster', name: 'cluster', component: { render: () => null } },
    ],
    props: { cluster: 'berlin', object },
    rights,
  });
  close = () => page.unmount();
  return { page, text };
}

const minutes = (count: number, memory: (minute: number) => number | null) => ({
  source: 'metricsServer',
  keeps: true,
  start: '2026-01-01T00:00:00Z',
  stepMs: 60_000,
  points: Array.from({ length: count }, (_, minute) => {
    const used = memory(minute);
    return used === null ? null : [100, 100, used, used, 500, 0, 300 * mi, 0];
  }),
});

test('a node that fills up is said to run out, and when', async () => {
  answer(endpoints.getUsageHistory, () =>
    minutes(120, (minute) => (minute === 50 ? null : (500 + 2 * minute) * mi)),
  );
  const { text } = await open(node, { query: '?range=day' });
  await flushPromises();
  expect(calls.at(-1)?.input).toMatchObject({
    params: { cluster: 'berlin', group: 'core', plural: 'nodes', namespace: '_', name: 'n1' },
    query: { resolution: '60' },
  });
  expect(text()).toContain('Under-provisioned: up to 738Mi were used, 300Mi are requested');
  expect(text()).toContain('it reaches 1000Mi in about 131m');
  expect(text()).toContain('Allocatable');
});

test('one that is nearly full is said to be so', async () => {
  answer(endpoints.getUsageHistory, () => minutes(60, () => 950 * mi));
  const { text } = await open(node, { query: '?range=day' });
  await flushPromises();
  expect(text()).toContain('Memory runs out: 950Mi of 1000Mi were used');
});

test('a pod is measured while somebody looks, beside its requests and limits', async () => {
  const { text, page } = await open(pod);
  const samples = [0, 15, 30].map((second) => [new Date(second * 1000).toISOString(), 5, 190 * mi]);
  await tell(asked(endpoints.watchUsage), { type: 'snapshot', data: { isMeasured: true, samples } });
  expect(page.find('input[type=radio]').exists()).toBe(false);
  expect(text()).toContain('190Mi were used of a limit of 200Mi');
  expect(text()).toContain('The lines grow while you look');
});

test('what nobody measures is no data', async () => {
  const { text } = await open(pod);
  await tell(asked(endpoints.watchUsage), { type: 'snapshot', data: { isMeasured: false, samples: [] } });
  expect(text()).toContain('Not measured at the moment');
  expect(text()).toContain('no data');
});

test('where nothing is kept it says so, and to those who may how to change that', async () => {
  answer(endpoints.getUsageHistory, () => ({ ...minutes(3, () => null), keeps: false }));
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } };
  const { text, page } = await open(namespace, { query: '?range=week' });
  await flushPromises();
  expect(text()).toContain('Usage in this cluster is not being kept.');
  expect(page.find('a[href="/clusters/berlin?tab=settings"]').exists()).toBe(true);
  page.unmount();
  const viewer: GivenRight[] = [['k8s/**', 'list', 'cluster:berlin']];
  const { page: theirs } = await open(namespace, { query: '?range=week', rights: viewer });
  await flushPromises();
  expect(theirs.find('a').exists()).toBe(false);
});

test('a cluster with a Prometheus has the past of single pods too, and says what it may lack', async () => {
  answer(endpoints.getUsageHistory, () => ({ ...minutes(3, () => null), source: 'prometheus' }));
  const { text, page } = await open(pod, { query: '?range=day' });
  expect(page.find('input[type=radio]').exists()).toBe(false);
  await tell(asked(endpoints.listClusters), snapshotOf([{ id: 'c', name: 'berlin', hasPrometheus: true }]));
  await flushPromises();
  expect(page.findAll('input[type=radio]')).toHaveLength(4);
  const history = calls.find(({ endpoint }) => endpoint === endpoints.getUsageHistory.id);
  expect(history?.input).toMatchObject({ params: { plural: 'pods', namespace: 'shop', name: 'p' } });
  expect(text()).toContain('Prometheus has no figures for this');
});
