import { endpoints } from '@pilothouse/contract';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { asked, forget, snapshotOf, subscriptions, tell } from '../../app/testing/fake-api.ts';
import { mountPage } from '../../app/testing/mount-page.ts';
import ObjectEvents from './ObjectEvents.vue';

vi.mock('../../api/call.ts', () => import('../../app/testing/fake-api.ts'));
vi.mock('../../api/live.ts', () => import('../../app/testing/fake-api.ts'));

let close = () => undefined as void;
beforeEach(forget);
afterEach(() => close());

const event = (reason: string, involvedUid: string | null) => ({
  uid: reason,
  name: reason,
  namespace: 'default',
  resourceVersion: '1',
  cells: { reason, involvedUid, type: 'Normal', count: 1 },
});

async function open(object: object) {
  const { page } = await mountPage(ObjectEvents, { props: { cluster: 'berlin', object } });
  close = () => page.unmount();
  const list = () => asked(endpoints.listResources);
  const text = () => page.text();
  const shown = () => page.findAll('tbody tr[data-uid]').map((row) => row.attributes('data-uid'));
  return { list, shown, text };
}

test('events about what lives in no namespace are found under its uid, under its name, and without a uid', async () => {
  const { list, shown } = await open({ kind: 'Widget', metadata: { name: 'w1', uid: 'u-2' } });
  expect(list().question.query).toMatchObject({
    fieldSelector: 'involvedObject.kind=Widget,involvedObject.name=w1',
  });
  expect(list().question.query).not.toHaveProperty('namespace');
  const events = [
    event('RegisteredNode', 'u-2'),
    event('Rebooted', 'w1'),
    event('OfThePast', 'u-1'),
    event('NodeReady', null),
  ];
  await tell(list(), snapshotOf(events));
  expect(shown()).toEqual(['RegisteredNode', 'Rebooted', 'NodeReady']);
});

test('events about what lives in a namespace are found by its uid', async () => {
  const { list } = await open({ kind: 'Pod', metadata: { name: 'p', namespace: 'shop', uid: 'u-1' } });
  expect(list().question.query).toMatchObject({
    namespace: ['shop'],
    fieldSelector: 'involvedObject.uid=u-1',
  });
});

test('a new event comes by itself', async () => {
  const { list } = await open({ kind: 'Pod', metadata: { name: 'p', namespace: 'shop', uid: 'u-1' } });
  await tell(list(), snapshotOf([event('Pulled', 'u-1')]));
  const before = subscriptions.length;
  const state = { total: 2, added: 1, asOf: new Date().toISOString(), state: 'live', problems: [] };
  await tell(list(), { type: 'rows', changed: [], deleted: [], ...state });
  expect(subscriptions.length).toBe(before + 1);
});

test.each([
  [{ type: 'error', error: { code: 'clusterForbidden', message: '', params: { message: 'no' } } }, 'denied'],
  [{ type: 'error', error: { code: 'clusterTimeout', message: '', params: { seconds: 10 } } }, 'unreachable'],
  [snapshotOf([], { state: 'denied' }), 'denied'],
  [snapshotOf([]), 'none'],
])('that there are no events is said only where that is known (%#)', async (message, kind) => {
  const { list, text } = await open({ kind: 'Pod', metadata: { name: 'p', namespace: 'shop', uid: 'u-1' } });
  await tell(list(), message);
  expect(document.querySelector('.empty')?.getAttribute('data-kind')).toBe(kind);
  expect(text().includes('No events about this object')).toBe(kind === 'none');
});
