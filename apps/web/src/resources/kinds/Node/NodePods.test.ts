import { endpoints } from '@pilothouse/contract';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { asked, forget, snapshotOf, tell } from '../../../app/testing/fake-api.ts';
import { mountPage } from '../../../app/testing/mount-page.ts';
import NodePods from './NodePods.vue';

vi.mock('../../../api/call.ts', () => import('../../../app/testing/fake-api.ts'));
vi.mock('../../../api/live.ts', () => import('../../../app/testing/fake-api.ts'));

let close = () => undefined as void;
beforeEach(forget);
afterEach(() => close());

test('what the pods of a node use comes before what they were promised', async () => {
  const object = { kind: 'Node', metadata: { name: 'kwok-1' } };
  const { page } = await mountPage(NodePods, {
    props: { cluster: 'berlin', object },
    routes: [
      {
        path: '/:cluster/:group/:plural/:namespace/:name',
        name: 'resource',
        component: { render: () => null },
      },
    ],
  });
  close = () => page.unmount();
  const list = asked(endpoints.listResources);
  expect(list.question.query).toMatchObject({ fieldSelector: 'spec.nodeName=kwok-1', withUsage: 'true' });
  const pod = { uid: 'u-1', name: 'cache-0', namespace: 'shop', resourceVersion: '1', cells: {} };
  await tell(list, snapshotOf([pod]));
  const heads = page.findAll('thead th').map((head) => head.text());
  expect(heads.filter(Boolean).slice(0, 6)).toEqual([
    'Name',
    'Namespace',
    'Status',
    'CPU used',
    'Memory used',
    'CPU requests',
  ]);
});
