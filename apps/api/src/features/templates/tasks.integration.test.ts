import type { LocalCluster } from '@pilothouse/control-plane';
import { sharedTestCluster } from '@pilothouse/control-plane/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createLogger } from '../../log.ts';
import { createRole } from '../../testing/create-role.ts';
import { databaseContent } from '../../testing/database-content.ts';
import {
  createNamespace,
  startResourceWorld,
  type ResourceWorld,
} from '../resources/testing/resource-world.ts';
import { chosenOf, Line, tasksOf } from './testing/task-world.ts';

const namespace = 'tasks-test';
const canary = 'canary-4f7a-of-a-"secret"';

/** Five documents: what is made in the task's namespace, and a cluster-scoped one. */
const five = `apiVersion: v1
kind: ConfigMap
metadata: {name: tasks-config}
data:
  greeting: \${greeting}
  replicas: "\${replicas}"
---
apiVersion: v1
kind: Secret
metadata: {name: tasks-secret}
stringData:
  password: \${password}
---
apiVersion: v1
kind: Service
metadata: {name: tasks-service}
spec:
  clusterIP: None
  selector: {app: tasks}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: tasks-deployment}
spec:
  replicas: \${replicas}
  selector: {matchLabels: {app: tasks}}
  template:
    metadata: {labels: {app: tasks}}
    spec:
      containers:
      - {name: main, image: none}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: tasks-role}
rules: []
`;
const variables = [
  { name: 'greeting', type: 'string' },
  { name: 'replicas', type: 'number', default: 0 },
  { name: 'password', type: 'secret' },
];
const values = { greeting: 'a: b\n---\nkind: Secret', password: canary };
const rolled = { template: 'five', version: 1, values, namespaces: [namespace] };

let world: ResourceWorld;
let others: LocalCluster[];
let line: Line;
let logged = '';
const answers: string[] = [];
let tasks: ReturnType<typeof tasksOf>;

beforeAll(async () => {
  const log = createLogger('trace', { write: (text: string) => void (logged += text) });
  world = await startResourceWorld(namespace, { log });
  others = [];
  for (const name of ['tasks-b', 'tasks-c']) {
    const cluster = await sharedTestCluster(name, { kwokNodes: 0, landscape: 'none', realNode: false });
    others.push(cluster);
    await createNamespace(cluster, namespace);
  }
  const [second, third] = others as [LocalCluster, LocalCluster];
  await world.register('second', second.kubeconfig);
  const server = /server: ['"]?(\S+?)['"]?$/m.exec(third.kubeconfig)?.[1] ?? '';
  line = new Line(server);
  await line.up();
  await world.register('third', third.kubeconfig.replace(server, line.url));
  tasks = tasksOf(world.api.admin);
  await world.api.admin.post('/templates', { name: 'five', text: five, variables });
}, 180_000);
afterAll(async () => {
  line?.down();
  await world?.cluster.kubectl('delete', 'clusterrole', 'tasks-role', '--ignore-not-found');
  await world?.stop();
  await Promise.all((others ?? []).map((cluster) => cluster.stop()));
});

const fresh = ['ConfigMap', 'Secret', 'Service', 'Deployment'].map(
  (kind) => `${kind} ${namespace}/tasks-${kind.toLowerCase().replace('map', '')}: created`,
);
const allFresh = [
  ...fresh.map((each) => each.replace('tasks-configmap', 'tasks-config')),
  'ClusterRole tasks-role: created',
];

describe('five documents to three clusters, one of them down', () => {
  let task = '';

  test('two done, one clear failure; nothing is left unnamed', async () => {
    line.down();
    const plans = new Map(
      await Promise.all(
        ['here', 'second', 'third'].map(async (name) => [name, await tasks.plan(name, rolled)] as const),
      ),
    );
    answers.push(JSON.stringify([...plans.values()].map(({ body }) => body)));
    expect([...plans].map(([name, { status }]) => [name, status])).toEqual([
      ['here', 200],
      ['second', 200],
      ['third', 502],
    ]);
    const documents = plans.get('here')?.body.documents;
    expect(documents.map(({ state, namespace: where }: never) => [state, where])).toEqual([
      ...Array.from({ length: 4 }, () => ['create', namespace]),
      ['create', null],
    ]);
    const clusters = [...plans].map(([name, plan]) => chosenOf(name, plan));
    const submitted = await world.api.admin.post('/tasks', { ...rolled, clusters });
    expect([submitted.status, submitted.body.error]).toEqual([202, undefined]);
    task = submitted.body.task;
    const results = await tasks.results(submitted);
    expect(results['here']).toMatchObject({ state: 'succeeded', code: 'done' });
    expect(results['here']?.parts.toSorted()).toEqual(allFresh.toSorted());
    expect(results['second']?.parts.toSorted()).toEqual(allFresh.toSorted());
    expect(results['third']).toEqual({ state: 'failed', code: 'clusterUnreachable', parts: [] });
    const detail = await tasks.detail(task);
    expect(detail).toMatchObject({ failed: ['third'], made: 10, run: { state: 'failed', kind: 'apply' } });
    expect(detail.values).toEqual({ greeting: values.greeting });
    const made = await tasks.objects(task);
    expect(new Set(made.map(({ cluster, state }) => `${cluster} ${state}`))).toEqual(
      new Set(['here created', 'second created']),
    );
    expect(made.every(({ uid }) => uid !== null)).toBe(true);
  }, 120_000);

  test('a value is a value: no document more, the very text', async () => {
    for (const cluster of [world.cluster, others[0] as LocalCluster]) {
      const config = JSON.parse(
        await cluster.kubectl('get', 'configmap', 'tasks-config', '-n', namespace, '-o', 'json'),
      );
      expect(config.data).toEqual({ greeting: values.greeting, replicas: '0' });
      const secret = JSON.parse(
        await cluster.kubectl('get', 'secret', 'tasks-secret', '-n', namespace, '-o', 'json'),
      );
      expect(Buffer.from(secret.data.password, 'base64').toString()).toBe(canary);
    }
  });

  test('retry when it is back: there only, secrets given again, of what it has kept though its template is gone', async () => {
    await line.up();
    expect(await world.api.admin.delete('/templates/five')).toMatchObject({ status: 204 });
    expect(await tasks.detail(task)).toMatchObject({ isTemplateDeleted: true });
    expect(await tasks.plan('second', rolled)).toMatchObject({ status: 404 });
    const planRetry = (cluster: string) =>
      world.api.admin.post(`/clusters/${cluster}/tasks/${task}/plan`, { values: { password: canary } });
    // a plan may find the breaker of the connection still open
    let plan = await planRetry('third');
    await expect.poll(async () => (plan = await planRetry('third')).status, { timeout: 60_000 }).toBe(200);
    answers.push(JSON.stringify(plan.body));
    const clusters = [chosenOf('third', plan)];
    const without = await world.api.admin.post(`/tasks/${task}/retry`, { clusters });
    expect([without.status, without.body.error?.code]).toEqual([400, 'templateValue']);
    const other = await world.api.admin.post(`/tasks/${task}/retry`, {
      values: { password: canary },
      clusters: [chosenOf('here', await planRetry('here'))],
    });
    expect([other.status, other.body.error?.code]).toEqual([409, 'nothingToRetry']);
    const retried = await world.api.admin.post(`/tasks/${task}/retry`, {
      values: { password: canary },
      clusters,
    });
    expect([retried.status, retried.body.error]).toEqual([202, undefined]);
    const results = await tasks.results(retried);
    expect(Object.keys(results)).toEqual(['third']);
    expect(results['third']).toMatchObject({ state: 'succeeded' });
    expect(results['third']?.parts.toSorted()).toEqual(allFresh.toSorted());
    expect(await tasks.detail(task)).toMatchObject({ failed: [], made: 15, run: { kind: 'retry' } });
    await world.api.admin.post('/templates', { name: 'five', text: five, variables });
  }, 120_000);

  test('the rendered YAML can be had, with masks', async () => {
    const { text } = (await world.api.admin.get(`/tasks/${task}/rendered`)).body;
    expect(text).toContain('password: ••••••');
    answers.push(text);
  });

  test('taken back: what it made and nobody has taken into use since', async () => {
    const patch = (kind: string, name: string, change: object) =>
      world.cluster.kubectl(
        'patch',
        kind,
        name,
        '-n',
        namespace,
        '--type=merge',
        '-p',
        JSON.stringify(change),
      );
    await patch('configmap', 'tasks-config', { data: { mine: 'somebody’s' } });
    // another one under the same name is not what it made
    await world.cluster.kubectl('delete', 'service', 'tasks-service', '-n', namespace);
    await world.cluster.kubectl(
      'create',
      'service',
      'clusterip',
      'tasks-service',
      '--clusterip=None',
      '-n',
      namespace,
    );
    const answer = await world.api.admin.post(`/tasks/${task}/take-back`);
    expect(answer.status).toBe(202);
    const results = await tasks.results(answer);
    const here = Object.entries(results).filter(([target]) => target.startsWith('here:'));
    expect(
      Object.fromEntries(here.map(([target, { code }]) => [target.replace('here: ', ''), code])),
    ).toEqual({
      [`ConfigMap ${namespace}/tasks-config`]: 'adopted',
      [`Secret ${namespace}/tasks-secret`]: 'takenBack',
      [`Service ${namespace}/tasks-service`]: 'alreadyGone',
      [`Deployment ${namespace}/tasks-deployment`]: 'takenBack',
      'ClusterRole tasks-role': 'takenBack',
    });
    const left = await world.cluster.kubectl('get', 'service,configmap', '-n', namespace, '-o', 'name');
    expect(left).toContain('service/tasks-service');
    expect(left).toContain('configmap/tasks-config');
    expect(await world.cluster.kubectl('get', 'secret', '-n', namespace, '-o', 'name')).not.toContain(
      'tasks-secret',
    );
    expect(await tasks.detail(task)).toMatchObject({ made: 1, run: { kind: 'takeBack' } });
  }, 60_000);

  test('a secret is nowhere but in its Secret', async () => {
    const forms = [canary, JSON.stringify(canary).slice(1, -1), Buffer.from(canary).toString('base64')];
    const audit = JSON.stringify((await world.api.admin.get('/audit?pageSize=500')).body);
    const database = await databaseContent(world.api.database.url);
    for (const [place, text] of Object.entries({ database, logged, audit, answers: answers.join('\n') }))
      for (const form of forms) expect([place, text.includes(form)]).toEqual([place, false]);
  });
});

describe('at the first cluster that is broken', () => {
  const text = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: "${name}"}\n';
  const namedBy = (name: string) => ({
    template: 'one',
    version: 1,
    values: { name },
    namespaces: [namespace],
  });
  beforeAll(async () => {
    const own = [{ name: 'name', type: 'string' }];
    await world.api.admin.post('/templates', { name: 'one', text, variables: own });
    line.down();
  });
  afterAll(() => line.up());

  /** The broken one is the first. */
  async function rollOut(name: string, stopsAtFailure: boolean) {
    const what = namedBy(name);
    const chosen = await Promise.all(
      ['third', 'here', 'second'].map(async (cluster) => chosenOf(cluster, await tasks.plan(cluster, what))),
    );
    const submitted = await world.api.admin.post('/tasks', { ...what, stopsAtFailure, clusters: chosen });
    const results = await tasks.results(submitted);
    const ends = Object.entries(results).map(([cluster, { state, code }]) => [cluster, `${state} ${code}`]);
    return { task: submitted.body.task as string, ends: Object.fromEntries(ends) };
  }
  const isThere = async (name: string) =>
    Promise.all(
      [world.cluster, others[0] as LocalCluster].map(
        async (cluster) =>
          (await cluster.kubectl('get', 'configmap', name, '-n', namespace, '--ignore-not-found')) !== '',
      ),
    );

  test('it stops there where that is asked: the others are left as they are, and can be run again', async () => {
    const { task, ends } = await rollOut('stopped', true);
    expect(ends).toEqual({
      third: 'failed clusterUnreachable',
      here: 'skipped earlierStepFailed',
      second: 'skipped earlierStepFailed',
    });
    expect(await isThere('stopped')).toEqual([false, false]);
    const { failed, made } = await tasks.detail(task);
    expect([failed.toSorted(), made]).toEqual([['here', 'second', 'third'], 0]);
  }, 60_000);

  test('or it goes on', async () => {
    const { task, ends } = await rollOut('went-on', false);
    expect(ends).toEqual({
      third: 'failed clusterUnreachable',
      here: 'succeeded done',
      second: 'succeeded done',
    });
    expect(await isThere('went-on')).toEqual([true, true]);
    expect(await tasks.detail(task)).toMatchObject({ failed: ['third'], made: 2 });
  }, 60_000);
});

describe('whoever may do less', () => {
  test('may roll out where every object is theirs to write, and is told what is not, before anything is read', async () => {
    await createRole(world.api, 'config-writer', [
      'k8s/core/configmaps patch',
      'k8s/core/configmaps create',
      'k8s/core/configmaps get',
    ]);
    const scope = { kind: 'namespace' as const, cluster: 'here', namespace };
    const lin = await world.api.signUp('lin', [{ role: 'config-writer', scope }]);
    const own = tasksOf(lin);
    const theirs = { ...rolled, values: { ...values, greeting: 'lin' } };
    const plan = await own.plan('here', theirs);
    expect(plan.body.documents.map(({ state, error }: never) => [state, error?.['code']])).toEqual([
      ['change', undefined],
      ...Array.from({ length: 4 }, () => ['refused', 'forbidden']),
    ]);
    expect(await own.plan('second', rolled)).toMatchObject({ status: 403 });
    // asked for all the same
    const all = chosenOf('here', await tasks.plan('here', rolled));
    const refused = await lin.post('/tasks', { ...theirs, clusters: [all] });
    expect([refused.status, refused.body.error.code]).toEqual([403, 'forbidden']);
    const submitted = await lin.post('/tasks', { ...theirs, clusters: [chosenOf('here', plan)] });
    const results = await own.results(submitted);
    expect(results['here']).toMatchObject({ state: 'failed', code: 'taskClusterFailed' });
    expect(results['here']?.parts.toSorted()).toEqual(
      [
        `ConfigMap ${namespace}/tasks-config: configured`,
        `Secret ${namespace}/tasks-secret: forbidden`,
        `Service ${namespace}/tasks-service: forbidden`,
        `Deployment ${namespace}/tasks-deployment: forbidden`,
        'ClusterRole tasks-role: forbidden',
      ].toSorted(),
    );
    const { body } = await lin.get('/tasks');
    expect(body.items.map(({ actor }: never) => actor)).toEqual(['lin']);
    expect((await lin.post('/templates', { name: 'mine', text: five, variables })).status).toBe(403);
    const foreign = (await world.api.admin.get('/tasks')).body.items.find(
      ({ actor }: never) => actor === 'admin',
    );
    expect((await lin.get(`/tasks/${foreign.id}`)).status).toBe(404);
  }, 60_000);
});

describe('templates', () => {
  test('versions: each as it was; of two that change the same one, one does', async () => {
    const { admin } = world.api;
    const text = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: "${name}"}\n';
    const content = { text, variables: [{ name: 'name', type: 'string', pattern: '(a+)+' }] };
    await admin.post('/templates', { name: 'versions', labels: { team: 'shop' }, ...content });
    const next = { ...content, text: `${text}data: {a: b}\n`, basedOn: 1, note: 'with data' };
    expect((await admin.post('/templates/versions/versions', next)).status).toBe(201);
    expect((await admin.post('/templates/versions/versions', next)).body.error.code).toBe('changedMeanwhile');
    const { versions } = (await admin.get('/templates/versions')).body;
    expect(versions.map(({ version, note }: never) => [version, note])).toEqual([
      [2, 'with data'],
      [1, ''],
    ]);
    expect((await admin.get('/templates/versions/versions/1')).body.text).toBe(text);
    expect((await admin.get('/templates?q=team%3Dsh')).body.items).toMatchObject([{ name: 'versions' }]);
    // a pattern that would take for ever takes a moment
    const preview = await admin.post('/templates/preview', {
      ...content,
      values: { name: `${'a'.repeat(40)}!` },
    });
    expect(preview.body).toMatchObject({ text: null, values: [{ variable: 'name', problem: 'pattern' }] });
    const broken = await admin.post('/templates', { name: 'broken', text: '{{ .Values.x }}', variables: [] });
    expect([broken.status, broken.body.error.code]).toEqual([400, 'templateInvalid']);
    expect((await admin.delete('/templates/versions')).status).toBe(204);
    expect((await admin.get('/templates/versions/versions/1')).status).toBe(404);
  });
});
