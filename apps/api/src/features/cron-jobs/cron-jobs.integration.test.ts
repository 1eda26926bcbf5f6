import { randomUUID } from 'node:crypto';
import type { LocalCluster } from '@pilothouse/control-plane';
import { needsRealNode, sharedTestCluster } from '@pilothouse/control-plane/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newId } from '../../db/ids.ts';
import { startTestApi, type TestApi, type TestUser } from '../../testing/test-api.ts';
import type { TestClient } from '../../testing/test-client.ts';
import { logLinesOf, openStream } from '../../ws/testing/stream-client.ts';

const namespace = `cron-jobs-${randomUUID().slice(0, 8)}`;
const image = 'localhost/busybox:1';

let cluster: LocalCluster;
let api: TestApi;
let admin: TestClient;
let project: string;
let other: string;
let namespaceId: string;

beforeAll(async () => {
  [cluster, api] = [
    await sharedTestCluster(),
    await startTestApi({ config: { allowLoopbackClusters: true } }),
  ];
  admin = api.admin;
  await admin.post('/clusters', { name: 'here', kubeconfig: cluster.kubeconfig });
  await cluster.kubectl('create', 'namespace', namespace);
  const node = async (parent: string | null, name: string) =>
    (await admin.post('/tree', { parent, name, displayName: name })).body.id as string;
  const department = await node(await node(null, 'acme'), 'games');
  [project, other] = [await node(department, 'shop'), await node(department, 'tools')];
  namespaceId = newId();
  const { prisma } = api.container.database;
  const { id: clusterId } = await prisma.cluster.findUniqueOrThrow({ where: { name: 'here' } });
  const place = {
    id: namespaceId,
    projectId: project,
    clusterId,
    cluster: 'here',
    namespace,
    created: false,
  };
  const defaults = {
    resources: {},
    tolerations: [],
    nodeSelector: {},
    imagePullSecrets: [],
    registryPrefix: '',
    ingressHosts: [],
  };
  await prisma.projectNamespace.create({ data: { ...place, defaults, quota: {}, createdAt: new Date() } });
}, 300_000);
afterAll(async () => {
  await api?.stop();
  await cluster?.kubectl('delete', 'namespace', namespace, '--wait=false');
});

const jobs = () => `/projects/${project}/cronjobs`;
const specOf = (change: object = {}) => ({ image, schedule: '0 3 1 1 *', ...change });
const bodyOf = (name: string, change: object = {}) => ({ name, namespaceId, spec: specOf(change) });
const refusal = ({ status, body }: { status: number; body: { error?: { code: string } } }) => [
  status,
  body.error?.code,
];

async function create(name: string, change: object = {}, client = admin): Promise<string> {
  const { status, body } = await client.post(jobs(), bodyOf(name, change));
  expect(refusal({ status, body })).toEqual([201, undefined]);
  return body.id;
}
const read = async (id: string) => (await admin.get(`${jobs()}/${id}`)).body;
const inPlace = (id: string, version = 1) =>
  expect.poll(() => read(id)).toMatchObject({ appliedVersion: version, error: null });
const inCluster = async (kind: string, name: string) =>
  JSON.parse(await cluster.kubectl('get', kind, name, '-n', namespace, '-o', 'json'));
const namesInCluster = async (kind: string) =>
  (await cluster.kubectl('get', kind, '-n', namespace, '-o', 'jsonpath={.items[*].metadata.name}')).split(
    ' ',
  );

describe('a cron job', () => {
  test('is in its cluster as it should be, version after version', async () => {
    const container = { command: ['sh', '-c'], args: ['echo hello'], env: [{ name: 'A', value: 'b' }] };
    const id = await create('nightly', { timeZone: 'Asia/Shanghai', container });
    await inPlace(id);
    const first = await inCluster('cronjob', 'nightly');
    expect(first).toMatchObject({
      metadata: { labels: { 'pilothouse.io/cron-job': id } },
      spec: {
        schedule: '0 3 1 1 *',
        timeZone: 'Asia/Shanghai',
        suspend: false,
        concurrencyPolicy: 'Forbid',
        jobTemplate: { spec: { template: { spec: { containers: [{ image, ...container }] } } } },
      },
    });
    const spec = specOf({ schedule: '@hourly', timeZone: null, concurrencyPolicy: 'Replace' });
    const changed = await admin.put(`${jobs()}/${id}`, { spec, version: 1, reason: 'more often' });
    expect([changed.status, changed.body.version]).toEqual([200, 2]);
    await inPlace(id, 2);
    const second = await inCluster('cronjob', 'nightly');
    expect(second.spec).toMatchObject({ schedule: '@hourly', concurrencyPolicy: 'Replace' });
    expect(second.spec.timeZone).toBeUndefined();
    expect(second.metadata.uid).toBe(first.metadata.uid);
    const late = await admin.put(`${jobs()}/${id}`, { spec, version: 1 });
    expect(refusal(late)).toEqual([409, 'changedMeanwhile']);
    const again = await admin.post(jobs(), bodyOf('nightly'));
    expect([...refusal(again), again.body.error.field]).toEqual([409, 'conflict', 'body.name']);
  });

  test.each([
    ['a schedule of six fields', { schedule: '0 0 3 * * *' }, 'body.spec.schedule', 'schedule.fields'],
    ['Sunday as 7', { schedule: '0 3 * * 7' }, 'body.spec.schedule', 'schedule.field'],
    [
      'a time zone in the schedule',
      { schedule: 'TZ=UTC 0 3 * * *' },
      'body.spec.schedule',
      'schedule.timeZone',
    ],
    ['no time zone', { timeZone: 'Mars/Olympus' }, 'body.spec.timeZone', 'timeZone'],
  ])('%s is refused at its field', async (_what, change, field, code) => {
    const { status, body } = await admin.post(jobs(), bodyOf('refused', change));
    expect([status, body.error.code]).toEqual([400, 'specRefused']);
    expect(body.error.fields).toMatchObject([{ field, code }]);
    const plan = await admin.post(`${jobs()}/plan`, bodyOf('refused', change));
    expect(plan.body).toMatchObject({
      problems: [{ path: field.slice('body.spec.'.length), code }],
      changes: [],
    });
  });

  test('is tried by its cluster before it is written', async () => {
    const plan = await admin.post(`${jobs()}/plan`, bodyOf('planned'));
    expect(plan.body).toMatchObject({ problems: [], clusterError: null });
    expect(plan.body.changes).toMatchObject([
      { kind: 'CronJob', name: 'planned', change: 'create', before: null },
    ]);
    expect(plan.body.changes[0].after).toContain('schedule: 0 3 1 1 *');
    expect(await namesInCluster('cronjobs')).not.toContain('planned');
  });

  test('several are suspended, resumed and deleted together; a foreign one among them changes nothing', async () => {
    const ids = [await create('one'), await create('two')];
    for (const id of ids) await inPlace(id);
    const suspend = (suspended: boolean, more: string[] = []) =>
      admin.post(`${jobs()}/suspend`, { cronJobs: [...ids, ...more], suspended });
    expect(refusal(await suspend(true, [newId()]))).toEqual([404, 'notFound']);
    expect((await read(ids[0]!)).suspended).toBe(false);
    expect((await suspend(true)).body).toEqual({ changed: 2 });
    expect((await suspend(true)).body).toEqual({ changed: 0 });
    await expect.poll(async () => (await inCluster('cronjob', 'two')).spec.suspend).toBe(true);
    await expect.poll(async () => (await read(ids[0]!)).phase).toBe('stopped');
    expect((await suspend(false)).body).toEqual({ changed: 2 });
    await expect.poll(async () => (await inCluster('cronjob', 'one')).spec.suspend).toBe(false);
    const gone = await admin.post(`${jobs()}/delete`, { cronJobs: ids });
    expect([gone.status, gone.body]).toEqual([202, { removing: 2 }]);
    await expect.poll(() => namesInCluster('cronjobs')).not.toContain('one');
    await expect
      .poll(async () => (await admin.get(jobs())).body.cronJobs.map(({ name }: { name: string }) => name))
      .not.toContain('one');
  });
});

test('what others change is told field by field, and mended; the audit log names cron jobs', async () => {
  const id = await create('wanders');
  await inPlace(id);
  const patch = JSON.stringify({ spec: { schedule: '5 5 * * *' } });
  await cluster.kubectl('patch', 'cronjob', 'wanders', '-n', namespace, '-p', patch);
  await expect
    .poll(() => read(id))
    .toMatchObject({
      phase: 'drifted',
      drift: [
        { kind: 'CronJob', name: 'wanders', path: 'spec.schedule', wanted: '0 3 1 1 *', found: '5 5 * * *' },
      ],
    });
  expect((await admin.post(`${jobs()}/${id}/reconcile`, {})).status).toBe(200);
  await expect.poll(async () => (await inCluster('cronjob', 'wanders')).spec.schedule).toBe('0 3 1 1 *');
  await expect.poll(() => read(id)).toMatchObject({ phase: 'running', drift: [] });
  await admin.post(`${jobs()}/delete`, { cronJobs: [id] });
  const { body } = await admin.get('/audit?q=acme.games.shop/wanders&pageSize=50');
  const rows = (body.items as { code: string; name: string }[]).map(({ code, name }) => `${code} ${name}`);
  for (const what of ['create', 'reconcile', 'delete'])
    expect(rows).toContain(`cronJob.${what} acme.games.shop/wanders`);
});

describe('rights', () => {
  let member: TestUser;
  let stranger: TestUser;

  beforeAll(async () => {
    const on = (node: string) => ({ role: 'operator', scope: { kind: 'tree' as const, node } });
    member = await api.signUp('member', [on(project)]);
    stranger = await api.signUp('stranger', [on(other)]);
  });

  test('of one branch reach no cron job of another, under whichever address', async () => {
    const id = await create('private');
    for (const path of [`${jobs()}/${id}`, jobs(), `${jobs()}/${id}/runs`])
      expect(refusal(await stranger.get(path))).toEqual([403, 'forbidden']);
    const beside = `/projects/${other}/cronjobs`;
    expect(refusal(await stranger.get(`${beside}/${id}`))).toEqual([404, 'notFound']);
    expect(refusal(await stranger.post(`${beside}/${id}/runs`, {}))).toEqual([404, 'notFound']);
    expect(refusal(await stranger.post(`${beside}/delete`, { cronJobs: [id] }))).toEqual([404, 'notFound']);
    const into = await stranger.post(beside, bodyOf('intruder'));
    expect([...refusal(into), into.body.error.field]).toEqual([400, 'invalidField', 'body.namespaceId']);
  });

  test('on the project are enough to make one; what reaches beyond the Pod needs a right of its own', async () => {
    await create('mine', {}, member);
    const pod = { volumes: [{ name: 'host', hostPath: { path: '/etc' } }] };
    expect(refusal(await member.post(jobs(), bodyOf('reaching', { pod })))).toEqual([403, 'forbidden']);
  });

  test('tell why a run does not begin, by what happened to its Pod', async (context) => {
    await needsRealNode(context);
    const missing = {
      container: { volumeMounts: [{ name: 'settings', mountPath: '/settings' }] },
      pod: { volumes: [{ name: 'settings', configMap: { name: 'never-made' } }] },
    };
    const id = await create('unmounted', { suspended: true, ...missing }, member);
    await inPlace(id);
    await member.post(`${jobs()}/${id}/runs`, {});
    const why = async () => (await member.get(`${jobs()}/${id}/runs`)).body.runs[0]?.pods[0]?.why?.message;
    await expect.poll(why, { timeout: 60_000 }).toContain('never-made');
    await admin.post(`${jobs()}/delete`, { cronJobs: [id] });
  }, 120_000);

  test('and to run it now, see its Pod and exit code, and read its log, without any grant on the cluster', async (context) => {
    await needsRealNode(context);
    const script = 'echo started; echo "by $WHO"; exit 3';
    const container = { command: ['sh', '-c', script], env: [{ name: 'WHO', value: 'hand' }] };
    const id = await create('by-hand', { suspended: true, backoffLimit: 0, container }, member);
    expect(refusal(await stranger.post(`${jobs()}/${id}/runs`, {}))).toEqual([403, 'forbidden']);
    await inPlace(id);
    const run = await member.post(`${jobs()}/${id}/runs`, {});
    expect(refusal(run)).toEqual([201, undefined]);
    const runs = async () => (await member.get(`${jobs()}/${id}/runs`)).body.runs;
    await expect
      .poll(runs, { timeout: 60_000 })
      .toMatchObject([
        { job: run.body.job, state: 'failed', byHand: true, exitCode: 3, why: { code: 'jobFailed' } },
      ]);
    const job = await inCluster('job', run.body.job);
    const cronJob = await inCluster('cronjob', 'by-hand');
    expect(job.metadata).toMatchObject({
      annotations: { 'cronjob.kubernetes.io/instantiate': 'manual' },
      ownerReferences: [
        { apiVersion: 'batch/v1', kind: 'CronJob', uid: cronJob.metadata.uid, controller: true },
      ],
    });
    const [{ pods }] = await runs();
    const through = { unit: 'cronJob', node: project, id };
    const stream = await openStream(member, 'log', {
      cluster: 'here',
      namespace,
      pod: pods[0].name,
      container: pods[0].containers[0],
      through,
    });
    stream.say({ type: 'start' });
    await expect.poll(() => logLinesOf(stream).map(({ text }) => text)).toEqual(['started', 'by hand']);
    await admin.post(`${jobs()}/delete`, { cronJobs: [id] });
    await expect.poll(() => namesInCluster('jobs'), { timeout: 60_000 }).not.toContain(run.body.job);
  }, 180_000);
});
