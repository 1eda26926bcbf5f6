import { endpoints } from '@pilothouse/contract';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { asked, forget, snapshotOf, tell } from '../../../app/testing/fake-api.ts';
import { mountPage, type GivenRight } from '../../../app/testing/mount-page.ts';
import NodeOverview from './NodeOverview.vue';

vi.mock('../../../api/call.ts', () => import('../../../app/testing/fake-api.ts'));
vi.mock('../../../api/live.ts', () => import('../../../app/testing/fake-api.ts'));

let close = () => undefined as void;
beforeEach(forget);
afterEach(() => close());

const gi = 2 ** 30;
const reserved = {
  podsRunning: 2,
  podsAllocatable: 110,
  memoryRequests: 2 * gi,
  memoryAllocatable: 256 * gi,
};

async function open(rights?: GivenRight[]) {
  const object = { kind: 'Node', metadata: { name: 'kwok-1' } };
  const { page } = await mountPage(NodeOverview, {
    props: { cluster: 'berlin', object },
    ...(rights && { rights }),
  });
  close = () => page.unmount();
  const list = asked(endpoints.listResources);
  const told = (cells: object) =>
    tell(list, snapshotOf([{ uid: 'u', name: 'kwok-1', namespace: null, resourceVersion: '1', cells }]));
  const figures = () => page.findAll('.figure').map((figure) => figure.text());
  return { list, told, figures };
}

test('how full a node is stands beside what it has promised, where that is measured', async () => {
  const { list, told, figures } = await open();
  expect(list.question.query).toMatchObject({ withUsage: 'true' });
  await told(reserved);
  expect(figures().join()).not.toContain('used');
  await told({ ...reserved, memoryUsage: 235 * gi });
  expect(figures().find((figure) => figure.startsWith('Memory used'))).toContain('235Gi');
});

test('who may not see usage is not asked for it', async () => {
  const { list } = await open([['k8s/core/nodes', 'list']]);
  expect(list.question.query).not.toHaveProperty('withUsage');
});
