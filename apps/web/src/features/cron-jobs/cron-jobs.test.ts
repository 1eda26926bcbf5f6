import { endpoints } from '@pilothouse/contract';
import { enableAutoUnmount, flushPromises } from '@vue/test-utils';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ApiError } from '../../api/api-error.ts';
import { answer, asked, calls, forget, tell } from '../../app/testing/fake-api.ts';
import { mountPage } from '../../app/testing/mount-page.ts';
import { openConfirmation } from '../../components/confirm.ts';
import CronJobFormPage from './CronJobFormPage.vue';
import CronJobPage from './CronJobPage.vue';
import CronJobsTab from './CronJobsTab.vue';

vi.mock('../../api/call.ts', () => import('../../app/testing/fake-api.ts'));
vi.mock('../../api/live.ts', () => import('../../app/testing/fake-api.ts'));
vi.mock('../../api/clusters.ts', () => ({ useClusters: () => ({ clusters: [], byName: () => null }) }));
vi.mock('../../resources/pod-streams/ContainerLog.vue', () => ({
  default: {
    props: ['cluster', 'namespace', 'pod', 'uid', 'containers', 'through'],
    template: '<pre data-testid="log">{{ JSON.stringify($props) }}</pre>',
  },
}));

const project = '01a20000-0000-7000-8000-000000000001';
const place = '01a20000-0000-7000-8000-000000000002';
const id = '01a20000-0000-7000-8000-000000000003';
const spec = {
  image: 'busybox:1',
  schedule: '0 3 * * *',
  timeZone: 'Asia/Shanghai',
  suspended: false,
  concurrencyPolicy: 'Forbid',
  startingDeadlineSeconds: null,
  activeDeadlineSeconds: null,
  backoffLimit: 2,
  successfulJobsHistoryLimit: 3,
  failedJobsHistoryLimit: 3,
  container: { args: ['--all'] },
  pod: {},
};
const cronJob = (change: object = {}) => ({
  id,
  project,
  name: 'nightly',
  cluster: 'quay',
  namespace: 'shop',
  namespaceId: place,
  schedule: spec.schedule,
  timeZone: spec.timeZone,
  suspended: false,
  image: spec.image,
  phase: 'running',
  version: 1,
  appliedVersion: 1,
  error: null,
  asOf: null,
  lastScheduledAt: null,
  lastSucceededAt: null,
  spec,
  drift: [],
  ...change,
});
const routes = ['cronJob', 'cronJobs', 'newCronJob', 'editCronJob'].map((name) => ({
  path: `/${name}/:project?/:cronJob?`,
  name,
  component: { render: () => null },
}));
const anywhere = { path: '/:path(.*)*', component: { render: () => null } };
const mountOptions = (props: Record<string, unknown>, more: object = {}) => ({
  routes: [...routes, anywhere],
  props,
  ...more,
});
const sentTo = (endpoint: { id: string }) => calls.findLast((each) => each.endpoint === endpoint.id)?.input;
const button = (label: string) =>
  [...document.querySelectorAll('button')].filter((each) => each.textContent?.trim() === label).at(-1);
const click = async (label: string) => {
  expect([label, button(label) !== undefined]).toEqual([label, true]);
  button(label)?.click();
  await flushPromises();
};
const type = async (label: string, value: string) => {
  const found = [...document.querySelectorAll('label')].find((each) => each.textContent?.trim() === label);
  const input = document.getElementById(found?.htmlFor ?? '') as HTMLInputElement | null;
  if (input === null) throw new Error(`no field ${label}`);
  input.value = value;
  input.dispatchEvent(new Event('input'));
  await flushPromises();
};
const snapshot = (data: object) => ({ type: 'snapshot', data });

// a page that stays keeps the clock of its time
enableAutoUnmount(afterEach);
beforeEach(() => {
  answer(endpoints.listTree, () => ({ levels: [], nodes: [] }));
  answer(endpoints.getProject, () => ({
    id: project,
    name: 'shop',
    displayName: 'Shop',
    path: 'acme.games.shop',
    openNamespaces: [{ id: place, cluster: 'quay', namespace: 'shop' }],
  }));
});
afterEach(() => {
  openConfirmation.value = null;
  forget();
  document.body.replaceChildren();
});

test('the list says when each runs, in words on hover; several are suspended at once, by their names', async () => {
  const { page, text } = await mountPage(CronJobsTab, mountOptions({ project: { id: project } }));
  await tell(
    asked(endpoints.listCronJobs),
    snapshot({
      cronJobs: [
        cronJob(),
        cronJob({ id: `${id}4`, name: 'weekly', suspended: true, phase: 'stopped', schedule: '@weekly' }),
      ],
    }),
  );
  expect(text()).toContain('nightly');
  expect(document.querySelector('[title="At 03:00"]')?.textContent).toContain('0 3 * * * Asia/Shanghai');
  expect(text()).toContain('Scheduled');
  expect(text()).toContain('Suspended');
  for (const box of page.findAll('tbody input[type=checkbox]')) await box.setValue(true);
  await flushPromises();
  answer(endpoints.suspendCronJobs, () => ({ changed: 1 }));
  await click('Suspend');
  expect(openConfirmation.value).toMatchObject({
    title: 'Suspend 2 cron jobs?',
    objects: ['nightly (quay/shop)', 'weekly (quay/shop)'],
  });
  await openConfirmation.value?.run();
  expect(sentTo(endpoints.suspendCronJobs)).toMatchObject({
    body: { cronJobs: [id, `${id}4`], suspended: true },
  });
});

test('without the rights nothing is offered', async () => {
  await mountPage(
    CronJobsTab,
    mountOptions({ project: { id: project } }, { rights: [['/projects/{project}/cronjobs', 'GET']] }),
  );
  await tell(asked(endpoints.listCronJobs), snapshot({ cronJobs: [cronJob()] }));
  expect(button('Create cron job')).toBeUndefined();
});

test('deleting names what goes with it; without its cluster it is only forgotten', async () => {
  await mountPage(CronJobPage, mountOptions({ project, cronJob: id }));
  await tell(asked(endpoints.getCronJob), snapshot(cronJob()));
  answer(endpoints.deleteCronJobs, () => ({ removing: 1 }));
  await click('Delete');
  expect(openConfirmation.value?.consequence).toContain('all Jobs and Pods that it made');
  await openConfirmation.value?.run();
  expect(sentTo(endpoints.deleteCronJobs)).toMatchObject({ body: { cronJobs: [id], abandon: false } });
  await tell(asked(endpoints.getCronJob), snapshot(cronJob({ phase: 'detached' })));
  await click('Delete');
  expect(openConfirmation.value?.consequence).toContain('only forgotten here');
  await openConfirmation.value?.run();
  expect(sentTo(endpoints.deleteCronJobs)).toMatchObject({ body: { abandon: true } });
});

test('what others have changed is shown, and mended when somebody wants it', async () => {
  const { text } = await mountPage(CronJobPage, mountOptions({ project, cronJob: id }));
  const drift = [
    { kind: 'CronJob', name: 'nightly', path: 'spec.schedule', wanted: '0 3 * * *', found: '5 5 * * *' },
  ];
  await tell(asked(endpoints.getCronJob), snapshot(cronJob({ phase: 'drifted', drift })));
  for (const said of ['Changed by others', 'spec.schedule', '5 5 * * *']) expect(text()).toContain(said);
  answer(endpoints.reconcileCronJob, () => cronJob());
  await click('Mend');
  expect(openConfirmation.value?.title).toBe('Write the cron job again?');
  await openConfirmation.value?.run();
  expect(sentTo(endpoints.reconcileCronJob)).toMatchObject({ params: { project, cronJob: id } });
});

test('its page: next runs by its own clocks, the last runs, and a log by the rights on the project', async () => {
  vi.useFakeTimers({ now: new Date('2026-11-28T22:00:00Z'), toFake: ['Date'] });
  const { text } = await mountPage(CronJobPage, mountOptions({ project, cronJob: id }));
  await tell(asked(endpoints.getCronJob), snapshot(cronJob()));
  const times = [...document.querySelectorAll('[data-testid=next-runs] time')].map((each) =>
    each.getAttribute('datetime'),
  );
  expect(times).toEqual(
    [29, 30, 1, 2, 3].map((day) => `2026-${day > 9 ? 11 : 12}-${String(day).padStart(2, '0')}T19:00:00.000Z`),
  );
  expect(document.querySelector('[data-testid=next-runs] time')?.textContent).toContain('03:00');
  const pod = {
    uid: 'p1',
    name: 'nightly-1-abc',
    namespace: 'shop',
    resourceVersion: '1',
    cells: {},
    containers: ['app'],
    why: null,
  };
  await tell(
    asked(endpoints.listCronJobRuns),
    snapshot({
      asOf: '2026-11-28T21:59:59Z',
      runs: [
        {
          job: 'nightly-1',
          uid: 'j1',
          state: 'failed',
          byHand: true,
          startedAt: '2026-11-28T21:58:00Z',
          endedAt: '2026-11-28T21:59:00Z',
          exitCode: 3,
          why: {
            code: 'jobFailed',
            message: 'x',
            params: { reason: 'BackoffLimitExceeded', message: 'too often' },
          },
          pods: [pod],
        },
      ],
    }),
  );
  expect(text()).toMatch(/Failed.*2m.*60s.*3.*nightly-1.*by hand.*BackoffLimitExceeded.*too often/);
  await click('Log');
  expect(JSON.parse(document.querySelector('[data-testid=log]')?.textContent ?? '')).toEqual({
    cluster: 'quay',
    namespace: 'shop',
    pod: 'nightly-1-abc',
    uid: 'p1',
    containers: ['app'],
    through: { unit: 'cronJob', node: project, id },
  });
  vi.useRealTimers();
});

test('run now makes a Job of what the cluster has; where it has nothing yet it is not offered', async () => {
  await mountPage(CronJobPage, mountOptions({ project, cronJob: id }));
  await tell(asked(endpoints.getCronJob), snapshot(cronJob({ appliedVersion: null, phase: 'pending' })));
  expect(button('Run now')).toBeUndefined();
  await tell(asked(endpoints.getCronJob), snapshot(cronJob()));
  answer(endpoints.runCronJob, () => ({ job: 'nightly-2' }));
  await click('Run now');
  await openConfirmation.value?.run();
  expect(sentTo(endpoints.runCronJob)).toEqual({ params: { project, cronJob: id } });
});

async function openForm(props: Record<string, unknown> = {}) {
  const mounted = await mountPage(CronJobFormPage, mountOptions({ project, ...props }));
  await vi.waitFor(() => expect(document.querySelector('form')).not.toBeNull());
  return mounted;
}

test('the form changes its language with the page', async () => {
  const { text, inChinese } = await openForm();
  await type('Schedule', '30 4 * * 1-5');
  await inChinese();
  for (const words of ['时间表', '时区', '，星期一至星期五']) expect(text()).toContain(words);
  expect(text()).not.toContain('Time zone');
});

test('what Kubernetes does not take is said while it is typed, and what the platform says stands at its field', async () => {
  const { text } = await openForm();
  await type('Schedule', '0 3 * * 7');
  expect(text()).toContain('Field 5 cannot be “7”: values are 0 to 6');
  await type('Schedule', '0 0 31 2 *');
  expect(text()).toContain('It never runs');
  await type('Schedule', '30 4 * * 1-5');
  expect(text()).toContain('At 04:30, Monday through Friday');
  await type('Time zone', 'Asia/Atlantis');
  expect(text()).toContain('There is no time zone Asia/Atlantis');
  await type('Time zone', 'Europe/Berlin');
  await click('Review');
  expect(text()).toContain('Please fill this in');
  expect(sentTo(endpoints.planCronJob)).toBeUndefined();
  await type('Name', 'report');
  await type('Image', 'busybox:2');
  answer(endpoints.planCronJob, () => ({
    problems: [{ path: 'image', code: 'image', params: {} }],
    changes: [],
    warnings: [],
    clusterError: null,
  }));
  await click('Review');
  expect(sentTo(endpoints.planCronJob)).toMatchObject({
    body: {
      name: 'report',
      namespaceId: place,
      spec: { schedule: '30 4 * * 1-5', timeZone: 'Europe/Berlin', image: 'busybox:2', backoffLimit: 2 },
    },
  });
  expect(button('Create cron job')).toBeUndefined();
});

test('a copy has everything but the name; the review is of the cluster’s trial', async () => {
  answer(endpoints.getCronJob, () => cronJob());
  await openForm({ copy: id });
  await type('Name', 'second');
  answer(endpoints.planCronJob, () => ({
    problems: [],
    changes: [
      { kind: 'CronJob', namespace: 'shop', name: 'second', change: 'create', before: null, after: 'a: b' },
    ],
    warnings: [],
    clusterError: null,
  }));
  await click('Review');
  answer(endpoints.createCronJob, () => cronJob({ id: `${id}5` }));
  await click('Create cron job');
  expect(sentTo(endpoints.createCronJob)).toMatchObject({
    body: { name: 'second', namespaceId: place, spec: { container: { args: ['--all'] }, image: spec.image } },
  });
});

test('what somebody else changed meanwhile is joined with what was typed', async () => {
  answer(endpoints.getCronJob, () => cronJob());
  const { router } = await openForm({ cronJob: id });
  await type('Schedule', '0 4 * * *');
  answer(endpoints.planCronJob, () => ({ problems: [], changes: [], warnings: [], clusterError: null }));
  await click('Review');
  answer(endpoints.getCronJob, () => cronJob({ version: 2, spec: { ...spec, image: 'busybox:9' } }));
  answer(endpoints.updateCronJob, ({ body }) => {
    if ((body as { version: number }).version === 1)
      throw new ApiError(409, { code: 'changedMeanwhile', message: 'changed', params: { what: 'nightly' } });
    return cronJob({ version: 3 });
  });
  await click('Save');
  expect(sentTo(endpoints.updateCronJob)).toMatchObject({ body: { version: 1 } });
  await click('Save');
  expect(sentTo(endpoints.updateCronJob)).toMatchObject({
    body: { version: 2, spec: { schedule: '0 4 * * *', image: 'busybox:9' } },
  });
  await vi.waitFor(() => expect(router.currentRoute.value.name).toBe('cronJob'));
});
