import { endpoints } from '@pilothouse/contract';
import { flushPromises } from '@vue/test-utils';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { h, onUnmounted } from 'vue';
import { answer, asked, forget, tell } from '../../app/testing/fake-api.ts';
import { useSession } from '../../api/session.ts';
import { isPageKept } from '../../components/kept-page.ts';
import { mountPage } from '../../app/testing/mount-page.ts';
import { resourceRoutes } from '../routes.ts';
import ResourceDetailPage from './ResourceDetailPage.vue';

vi.mock('../../api/call.ts', () => import('../../app/testing/fake-api.ts'));
vi.mock('../../api/live.ts', () => import('../../app/testing/fake-api.ts'));

/** Shells that are there, in the order they were opened. */
const shells = vi.hoisted((): string[] => []);
vi.mock('../../components/Terminal/ShellTerminal.vue', () => ({
  default: {
    props: { mayOpen: Boolean },
    setup: (props: { mayOpen: boolean }, { slots }: { slots: { container?: () => unknown } }) => {
      const shell = `shell ${shells.length}`;
      shells.push(shell);
      onUnmounted(() => shells.splice(shells.indexOf(shell), 1));
      return () =>
        h('div', { class: ['terminal', { again: props.mayOpen }] }, [shell, slots.container?.() as never]);
    },
  },
}));

let close = () => undefined as void;
beforeEach(() => {
  forget();
  shells.length = 0;
});
afterEach(() => close());

const pod = (states: Record<string, object>) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web', namespace: 'shop', uid: 'u-1', creationTimestamp: '2026-01-01T00:00:00Z' },
  spec: { containers: Object.keys(states).map((name) => ({ name, image: name })) },
  status: {
    phase: 'Running',
    containerStatuses: Object.entries(states).map(([name, state]) => ({ name, state, ready: true })),
  },
});
const running = { running: { startedAt: '2026-01-01T00:00:00Z' } };

async function open(object: object | null, query: string) {
  const { page, router, text } = await mountPage(ResourceDetailPage, {
    at: `/clusters/berlin/core/pods/shop/web${query}`,
    routes: [{ path: '/clusters/:cluster', children: resourceRoutes }],
    props: { cluster: 'berlin', group: 'core', plural: 'pods', namespace: 'shop', name: 'web' },
  });
  close = () => page.unmount();
  const say = (next: object) =>
    tell(asked(endpoints.getResource), { type: 'snapshot', data: { object: next, state: 'live' } });
  if (object !== null) await say(object);
  const go = async (to: string) => {
    await router.replace({ query: Object.fromEntries(new URLSearchParams(to)) });
    await flushPromises();
    await vi.dynamicImportSettled();
  };
  return { page, text, say, go };
}

test('a shell lives while another tab or container is looked at, and ends with the page', async () => {
  const { page, go } = await open(pod({ app: running, helper: running }), '?tab=shell');
  await vi.waitUntil(() => shells.length === 1, { timeout: 10_000 });
  await go('tab=overview');
  expect(shells).toEqual(['shell 0']);
  await go('tab=shell&container=helper');
  expect(shells).toEqual(['shell 0', 'shell 1']);
  await go('tab=shell&container=app');
  expect(shells).toEqual(['shell 0', 'shell 1']);
  expect(page.findAll('.terminal').map((each) => each.isVisible())).toEqual([true, false]);
  page.unmount();
  close = () => undefined;
  expect(shells).toEqual([]);
});

test.each(['?tab=shell', '?tab=overview'])(
  'who loses the rights keeps the last screen of a shell, and nothing else (%s)',
  async (query) => {
    const { page, text, go } = await open(pod({ app: running }), '?tab=shell');
    await vi.waitUntil(() => shells.length === 1, { timeout: 10_000 });
    await go(query.slice(1));
    expect(isPageKept.value).toBe(true);
    expect(page.find('.terminal').classes()).toContain('again');
    answer(endpoints.me, () => ({ user: { id: 'u', username: 'li' }, menus: [], roles: [], grants: [] }));
    await useSession().reload();
    const params = { action: 'get', object: 'k8s/core/pods', domain: 'cluster:berlin/shop' };
    const error = { code: 'forbidden', message: '', params };
    await tell(asked(endpoints.getResource), { type: 'error', error });
    expect(shells).toEqual(['shell 0']);
    expect(page.findAll('[role="tab"]').map((each) => each.text())).toEqual(['Shell']);
    expect(page.find('.terminal').isVisible()).toBe(true);
    expect(page.find('.terminal').classes()).not.toContain('again');
    expect(text()).toContain('You lack the right');
    page.unmount();
    expect(isPageKept.value).toBe(false);
  },
);

test('no shell is offered in a container that does not run; it says why, and opens when it does', async () => {
  const waiting = { waiting: { reason: 'CrashLoopBackOff' } };
  const { text, say } = await open(pod({ app: waiting }), '?tab=shell');
  await vi.waitUntil(() => text().includes('app is not running'), { timeout: 10_000 });
  expect(text()).toContain('CrashLoopBackOff');
  expect(shells).toEqual([]);
  await say(pod({ app: running }));
  expect(shells).toEqual(['shell 0']);
});

test('of a Pod that has finished it is not said that its shell will open', async () => {
  const ended = { terminated: { reason: 'Completed', exitCode: 0 } };
  const finished = pod({ app: ended });
  finished.status.phase = 'Succeeded';
  const { text } = await open(finished, '?tab=shell');
  await vi.waitUntil(() => text().includes('app is not running'), { timeout: 10_000 });
  expect(text()).toContain('Its state: Completed. The Pod has finished');
  expect(text()).not.toContain('as soon as it runs');
});

test.each([
  ['clusterNotFound', 'The cluster does not have it'],
  ['forbidden', 'You lack the right to read Pods in namespace shop of cluster berlin'],
])('what is refused with %s is not catching up', async (code, words) => {
  const { page, text } = await open(null, '');
  const params = { message: 'x', action: 'get', object: 'k8s/core/pods', domain: 'cluster:berlin/shop' };
  await tell(asked(endpoints.getResource), { type: 'error', error: { code, message: code, params } });
  expect(page.find('[data-testid="live-dot"]').exists()).toBe(false);
  expect(text()).toContain(words);
});
