import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRole } from '../../../testing/create-role.ts';
import type { TestClient } from '../../../testing/test-client.ts';
import { createNamespace, startResourceWorld, type ResourceWorld } from '../testing/resource-world.ts';

/** Ours is done by the platform, theirs by kubectl; afterwards the objects are the same. */
const ours = 'actions-ours';
const theirs = 'actions-theirs';
const door = '/clusters/here/k8s/apps/deployments';

let world: ResourceWorld;
let admin: TestClient;
const kubectl = (...args: string[]) => world.cluster.kubectl(...args);

interface Deployment {
  metadata: { uid: string; generation: number; annotations?: Record<string, string> };
  spec: {
    replicas: number;
    paused?: boolean;
    template: {
      metadata: { annotations?: Record<string, string> };
      spec: { containers: { name: string; image: string }[] };
    };
  };
}

const manifest = (namespace: string, name: string) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, namespace, labels: { app: name }, annotations: { 'kubernetes.io/change-cause': 'made' } },
  spec: {
    replicas: 1,
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: {
        tolerations: [{ operator: 'Exists' }],
        initContainers: [{ name: 'init', image: 'registry.example:10443/team/init:1' }],
        containers: [
          { name: 'main', image: 'registry.example:10443/team/api:1', env: [{ name: 'A', value: '1' }] },
          { name: 'side', image: 'localhost/side@sha256:' + 'a'.repeat(64) },
        ],
      },
    },
  },
});

async function make(name: string): Promise<void> {
  for (const namespace of [ours, theirs])
    await world.cluster.apply(JSON.stringify(manifest(namespace, name)));
}

async function read(namespace: string, name: string): Promise<Deployment> {
  return JSON.parse(await kubectl('get', 'deployment', name, '-n', namespace, '-o', 'json')) as Deployment;
}

/** Without what the server sets by itself for each object; times of a restart are compared by their form. */
function comparable(object: Deployment): unknown {
  const {
    uid: _u,
    resourceVersion: _r,
    creationTimestamp: _c,
    managedFields: _m,
    namespace: _n,
    ...metadata
  } = object.metadata as Record<string, unknown>;
  const { status: _s, ...rest } = object as Deployment & { status?: unknown };
  const text = JSON.stringify({ ...rest, metadata }).replaceAll(
    /("kubectl.kubernetes.io\/restartedAt":")\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)"/g,
    '$1then"',
  );
  const parsed = JSON.parse(text) as { metadata: { annotations?: Record<string, string> } };
  // names the namespace
  delete parsed.metadata.annotations?.['kubectl.kubernetes.io/last-applied-configuration'];
  return parsed;
}

async function expectSame(name: string): Promise<void> {
  await expect
    .poll(async () => comparable(await read(ours, name)), { timeout: 20_000 })
    .toEqual(comparable(await read(theirs, name)));
}

const act = (name: string, action: string, parameters: object = {}, query = '') =>
  admin.post(`${door}/${ours}/${name}/actions/${action}${query}`, { parameters });

/** Until the controller has seen the last change: its revision is then in the annotations. */
async function observed(name: string): Promise<void> {
  for (const namespace of [ours, theirs])
    await kubectl(
      'wait',
      '-n',
      namespace,
      `deployment/${name}`,
      '--timeout=30s',
      `--for=jsonpath={.status.observedGeneration}=${(await read(namespace, name)).metadata.generation}`,
    );
}

beforeAll(async () => {
  world = await startResourceWorld(ours);
  admin = world.api.admin;
  await createNamespace(world.cluster, theirs);
});
afterAll(async () => {
  await world?.cluster.kubectl('delete', 'namespace', theirs, '--wait=false');
  await world?.stop();
});

test('scale, by the scale subresource, with the count as precondition', async () => {
  await make('scaled');
  const stale = await act('scaled', 'scale', { replicas: 4, currentReplicas: 7 });
  expect([stale.status, stale.body.error.code]).toEqual([409, 'changedMeanwhile']);
  expect((await read(ours, 'scaled')).spec.replicas).toBe(1);

  const trial = await act('scaled', 'scale', { replicas: 3 }, '?dryRun=true');
  expect([trial.status, trial.body.object.spec.replicas]).toEqual([200, 3]);
  expect((await read(ours, 'scaled')).spec.replicas).toBe(1);

  const done = await act('scaled', 'scale', { replicas: 3, currentReplicas: 1 });
  expect([done.status, done.body.alreadySo, done.body.object.spec.replicas]).toEqual([200, false, 3]);
  await kubectl('scale', 'deployment/scaled', '-n', theirs, '--replicas=3', '--current-replicas=1');
  await expectSame('scaled');
  expect((await act('scaled', 'scale', { replicas: 3 })).body.alreadySo).toBe(true);

  await act('scaled', 'scale', { replicas: 0 });
  await kubectl('scale', 'deployment/scaled', '-n', theirs, '--replicas=0');
  await expectSame('scaled');
  const wrong = await act('scaled', 'scale', { replicas: -1 });
  expect([wrong.status, wrong.body.error.field]).toEqual([400, 'body.parameters.replicas']);
});

test('whoever may patch a Deployment but not its scale restarts it, and does not scale it, alone or among many', async () => {
  await make('fixed');
  await createRole(
    world.api,
    'patcher',
    ['get', 'patch'].map((verb) => `k8s/apps/deployments ${verb}`),
  );
  const scope = { kind: 'namespace' as const, cluster: 'here', namespace: ours };
  const patcher = await world.api.signUp('patcher', [{ role: 'patcher', scope }]);
  expect((await patcher.post(`${door}/${ours}/fixed/actions/restart`, {})).status).toBe(200);
  const parameters = { replicas: 2 };
  for (const answer of [
    await patcher.post(`${door}/${ours}/fixed/actions/scale`, { parameters }),
    await patcher.post(`${door}/${ours}/fixed/actions/scale?dryRun=true`, { parameters }),
    await patcher.post(`${door}/actions/scale`, {
      targets: [{ namespace: ours, name: 'fixed' }],
      parameters,
    }),
  ]) {
    expect([answer.status, answer.body.error.code]).toEqual([403, 'forbidden']);
    expect(answer.body.error.params).toMatchObject({
      object: 'k8s/apps/deployments/scale',
      action: 'update',
    });
  }
  expect((await read(ours, 'fixed')).spec.replicas).toBe(1);
});

test('what could not be said at submit is asked again when it is retried, by whoever may', async () => {
  const scope = { kind: 'namespace' as const, cluster: 'here', namespace: ours };
  const operator = await world.api.signUp('retrying', [{ role: 'operator', scope }]);
  const ended = async (client: TestClient, id: string) => {
    await expect.poll(async () => (await client.get(`/operations/${id}`)).body.endedAt).not.toBeNull();
    return (await client.get(`/operations/${id}/items`)).body.items;
  };
  await make('late');
  const targets = [{ namespace: ours, name: 'late' }];
  const { body } = await operator.post(`${door}/actions/undo`, { targets });
  const refused = { state: 'failed', result: { code: 'noEarlierRevision' } };
  expect(await ended(operator, body.operation)).toMatchObject([refused]);
  await observed('late');
  await kubectl('set', 'image', 'deployment/late', '-n', ours, 'main=registry.example:10443/team/api:2');
  await observed('late');

  const granted = (await admin.get('/grants?user=retrying')).body.items;
  await admin.delete(`/grants/${granted[0].id}`);
  const without = await operator.post(`/operations/${body.operation}/retry`);
  expect(await ended(operator, without.body.id)).toMatchObject([{ result: { code: 'forbidden' } }]);

  const again = await admin.post(`/operations/${without.body.id}/retry`);
  expect(await ended(admin, again.body.id)).toMatchObject([{ state: 'succeeded' }]);
  const { spec } = (await read(ours, 'late')).spec.template;
  expect(spec.containers[0]?.image).toBe('registry.example:10443/team/api:1');
});

test('restart, pause, resume; a paused one is not restarted', async () => {
  await make('rolled');
  await act('rolled', 'restart');
  await kubectl('rollout', 'restart', 'deployment/rolled', '-n', theirs);
  await expectSame('rolled');

  expect((await act('rolled', 'pause')).body.object.spec.paused).toBe(true);
  await kubectl('rollout', 'pause', 'deployment/rolled', '-n', theirs);
  await expectSame('rolled');
  expect((await act('rolled', 'pause')).body.alreadySo).toBe(true);
  for (const action of ['restart', 'undo']) {
    const refused = await act('rolled', action, {});
    expect([action, refused.status, refused.body.error.code]).toEqual([action, 409, 'rolloutPaused']);
  }
  await act('rolled', 'resume');
  await kubectl('rollout', 'resume', 'deployment/rolled', '-n', theirs);
  await expectSame('rolled');
});

test('set image of one or several containers, init containers too; the rest stays', async () => {
  await make('imaged');
  const digest = `reg.example:5000/a/b:v1@sha256:${'5'.repeat(64)}`;
  const images = [
    { container: 'main', image: digest },
    { container: 'init', image: '[fd00::1]:5000/a/b:v1' },
  ];
  const trial = await act('imaged', 'set-image', { images }, '?dryRun=true');
  expect(trial.body.object.spec.template.spec.containers[0].image).toBe(digest);
  expect((await read(ours, 'imaged')).spec.template.spec.containers[0]?.image).not.toBe(digest);
  expect((await act('imaged', 'set-image', { images })).status).toBe(200);
  await kubectl(
    'set',
    'image',
    'deployment/imaged',
    '-n',
    theirs,
    `main=${digest}`,
    'init=[fd00::1]:5000/a/b:v1',
  );
  await expectSame('imaged');
  expect((await act('imaged', 'set-image', { images })).body.alreadySo).toBe(true);
  const unknown = await act('imaged', 'set-image', { images: [{ container: 'mian', image: 'a' }] });
  expect([unknown.status, unknown.body.error.code]).toEqual([400, 'unknownContainer']);
  expect(unknown.body.error.params).toEqual({ container: 'mian', containers: 'main, side, init' });
});

test('undo, to the one before and to a named revision, after a plan', async () => {
  await make('undone');
  for (const image of ['registry.example:10443/team/api:2', 'registry.example:10443/team/api:3']) {
    await observed('undone');
    for (const namespace of [ours, theirs]) {
      await kubectl('set', 'image', 'deployment/undone', '-n', namespace, `main=${image}`);
      await kubectl(
        'annotate',
        'deployment/undone',
        '-n',
        namespace,
        `kubernetes.io/change-cause=${image}`,
        '--overwrite',
      );
    }
  }
  await observed('undone');
  await expectSame('undone');

  const targets = [{ namespace: ours, name: 'undone' }];
  const plan = await admin.post('/clusters/here/k8s/apps/deployments/plans/undo', { targets });
  expect(plan.status).toBe(200);
  const [item] = plan.body.items;
  expect([item.present, item.target]).toEqual([3, 2]);
  expect(
    item.revisions.map(({ revision, images: [main] }: { revision: number; images: string[] }) => [
      revision,
      main,
    ]),
  ).toEqual([
    [3, 'registry.example:10443/team/api:3'],
    [2, 'registry.example:10443/team/api:2'],
    [1, 'registry.example:10443/team/api:1'],
  ]);

  expect((await act('undone', 'undo')).status).toBe(200);
  await kubectl('rollout', 'undo', 'deployment/undone', '-n', theirs);
  await observed('undone');
  await expectSame('undone');
  expect((await act('undone', 'undo', { toRevision: 1 })).status).toBe(200);
  await kubectl('rollout', 'undo', 'deployment/undone', '-n', theirs, '--to-revision=1');
  await observed('undone');
  await expectSame('undone');
  const unknown = await act('undone', 'undo', { toRevision: 77 });
  expect([unknown.status, unknown.body.error.code]).toEqual([404, 'unknownRevision']);
  await make('young');
  await observed('young');
  const none = await act('young', 'undo');
  expect([none.status, none.body.error.code]).toEqual([409, 'noEarlierRevision']);
});

test('labels and annotations: set, overwritten only when meant, removed', async () => {
  await make('noted');
  const refused = await act('noted', 'label', { set: { app: 'other' } });
  expect([refused.status, refused.body.error.code]).toEqual([409, 'keyHasValue']);
  await act('noted', 'label', { set: { app: 'other', 'example.org/tier': '' }, overwrite: true });
  await kubectl('label', 'deployment/noted', '-n', theirs, 'app=other', 'example.org/tier=', '--overwrite');
  await expectSame('noted');
  await act('noted', 'label', { remove: ['example.org/tier', 'absent'] });
  await kubectl('label', 'deployment/noted', '-n', theirs, 'example.org/tier-', 'absent-');
  await expectSame('noted');
  await act('noted', 'annotate', { set: { 'example.org/note': ' two\nlines ' } });
  await kubectl('annotate', 'deployment/noted', '-n', theirs, 'example.org/note= two\nlines ');
  await expectSame('noted');
  expect(
    (await act('noted', 'annotate', { set: { 'example.org/note': ' two\nlines ' } })).body.alreadySo,
  ).toBe(true);
  for (const set of [{ 'bad key': 'x' }, { ok: 'bad value' }]) {
    const wrong = await act('noted', 'label', { set });
    expect([wrong.status, wrong.body.error.field]).toEqual([
      400,
      expect.stringMatching(/^body\.parameters\.set/),
    ]);
  }
});

describe('delete', () => {
  test('in a trial leaves it there; by policy keeps or takes what it owns', async () => {
    await make('gone');
    await observed('gone');
    expect((await act('gone', 'delete', {}, '?dryRun=true')).status).toBe(200);
    expect((await read(ours, 'gone')).spec.replicas).toBe(1);
    expect((await act('gone', 'delete', { propagationPolicy: 'Orphan' })).status).toBe(200);
    await expect
      .poll(() => kubectl('get', 'deployment', '-n', ours, '-o', 'name'), { timeout: 15_000 })
      .not.toContain('deployment.apps/gone');
    expect(await kubectl('get', 'replicaset', '-n', ours, '-l', 'app=gone', '-o', 'name')).toContain('gone-');
  });
});

test('many, over namespaces: each its own result', async () => {
  await make('many');
  const targets = [
    { namespace: ours, name: 'many' },
    { namespace: theirs, name: 'many' },
    { namespace: ours, name: 'absent' },
  ];
  const { body, status } = await admin.post(`${door}/actions/set-image`, {
    targets,
    parameters: { images: [{ container: 'side', image: 'localhost/side:9' }] },
  });
  expect(status).toBe(202);
  const operation = async () => (await admin.get(`/operations/${body.operation}`)).body;
  await expect.poll(async () => (await operation()).endedAt !== null, { timeout: 20_000 }).toBe(true);
  await expectSame('many');
  expect((await read(theirs, 'many')).spec.template.spec.containers[1]?.image).toBe('localhost/side:9');
  expect(await operation()).toMatchObject({ kind: 'action.set-image', counts: { total: 3, failed: 1 } });

  const undone = await admin.post(`${door}/actions/undo`, { targets });
  await expect
    .poll(async () => (await admin.get(`/operations/${undone.body.operation}`)).body.endedAt !== null, {
      timeout: 20_000,
    })
    .toBe(true);
  expect((await read(ours, 'many')).spec.template.spec.containers[1]?.image).toMatch(/^localhost\/side@/);
});
