import { endpoints } from '@pilothouse/contract';
import { afterEach, expect, test, vi } from 'vitest';
import { h } from 'vue';
import { asked, forget, snapshotOf, subscriptions, tell } from '../app/testing/fake-api.ts';
import { everyRight, mountPage, type GivenRight } from '../app/testing/mount-page.ts';
import { useNamespaces } from './use-namespaces.ts';

vi.mock('./call.ts', () => import('../app/testing/fake-api.ts'));
vi.mock('./live.ts', () => import('../app/testing/fake-api.ts'));
afterEach(forget);

const listed = ({ params }: { params?: Record<string, unknown> }) => params?.['plural'] === 'namespaces';

/** What a page knows of the namespaces of a cluster whose context names `team`. */
async function namespaces(rights: GivenRight[]) {
  let known: ReturnType<typeof useNamespaces> | undefined;
  const page = {
    setup() {
      known = useNamespaces('one');
      return () => h('i');
    },
  };
  await mountPage(page, { rights });
  await tell(asked(endpoints.listClusters), snapshotOf([{ name: 'one', namespace: 'team' }]));
  const { areUnknown, areAll, usual, names } = known as NonNullable<typeof known>;
  return () => ({
    areUnknown: areUnknown.value,
    areAll: areAll.value,
    usual: usual.value,
    names: names.value,
  });
}

test('a credential that may list them: all are there and none comes first', async () => {
  const now = await namespaces(everyRight);
  await tell(asked(endpoints.listResources, listed), snapshotOf([{ name: 'a' }, { name: 'b' }]));
  expect(now()).toEqual({ areUnknown: false, areAll: true, usual: undefined, names: ['a', 'b'] });
});

test.each(['clusterForbidden', 'forbidden'])(
  'a credential that may not (%s): they are unknown, and the context’s comes first',
  async (code) => {
    const now = await namespaces(everyRight);
    const error = { code, message: '', params: {} };
    await tell(asked(endpoints.listResources, listed), { type: 'error', error });
    expect(now()).toEqual({ areUnknown: true, areAll: true, usual: 'team', names: ['team'] });
  },
);

test('a cluster that does not answer says nothing of rights', async () => {
  const now = await namespaces(everyRight);
  const error = { code: 'clusterUnreachable', message: '', params: {} };
  await tell(asked(endpoints.listResources, listed), { type: 'error', error });
  expect(now()).toEqual({ areUnknown: false, areAll: true, usual: undefined, names: [] });
});

test.each([
  [['mine'], 'mine'],
  [['mine', 'yours'], undefined],
])('granted are %j alone: nobody is asked, and %s comes first', async (granted, first) => {
  const now = await namespaces(granted.map((name) => ['k8s/core/pods', 'list', `cluster:one/${name}`]));
  expect(subscriptions.filter(({ question }) => question.endpoint === endpoints.listResources.id)).toEqual(
    [],
  );
  expect(now()).toEqual({ areUnknown: false, areAll: false, usual: first, names: granted });
});
