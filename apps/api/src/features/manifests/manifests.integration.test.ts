import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createLogger } from '../../log.ts';
import { createRole } from '../../testing/create-role.ts';
import { databaseContent } from '../../testing/database-content.ts';
import type { TestClient } from '../../testing/test-client.ts';
import {
  door,
  errorOf,
  resultsOf,
  startManifestWorld,
  statesOf,
  type ManifestWorld,
} from './testing/manifest-world.ts';

const namespace = 'manifests-test';

let world: ManifestWorld;
let logged = '';
beforeAll(async () => {
  const log = createLogger('trace', { write: (line: string) => void (logged += line) });
  world = await startManifestWorld(namespace, { log });
});
afterAll(() => world?.stop());

describe('as people write', () => {
  test('lists: three objects, each with its result', async () => {
    const text = `apiVersion: v1
kind: List
metadata: {resourceVersion: ""}
items:
- {apiVersion: v1, kind: ConfigMap, metadata: {name: b02-one}, data: {a: "1"}}
- {apiVersion: v1, kind: Service, metadata: {name: b02-two}, spec: {clusterIP: None, selector: {app: x}}}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBindingList
items:
- {apiVersion: rbac.authorization.k8s.io/v1, kind: RoleBinding, metadata: {name: b02-three}, roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}, subjects: [{kind: ServiceAccount, name: x, namespace: ${namespace}}]}
`;
    expect(resultsOf(await world.apply(text))).toEqual([
      [`ConfigMap ${namespace}/b02-one`, 'created'],
      [`Service ${namespace}/b02-two`, 'created'],
      [`RoleBinding ${namespace}/b02-three`, 'created'],
    ]);
    const empty = await world.admin.post(`${door}/plan`, { text: 'kind: List\napiVersion: v1\nitems: []\n' });
    expect(errorOf(empty)).toEqual([400, 'manifestEmpty']);
  });

  test('without a namespace: the chosen one, none for what has none; one in the text wins', async () => {
    const text = `{apiVersion: v1, kind: ConfigMap, metadata: {name: b03}, data: {a: "1"}}
---
{apiVersion: v1, kind: ConfigMap, metadata: {name: b03, namespace: demo}, data: {a: "1"}}
---
{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: manifests-b03, namespace: demo}, rules: []}
`;
    const plans = await world.plan(text);
    expect(plans.map((each) => [each.namespace, each.namespaceFrom, each.state])).toEqual([
      [namespace, 'chosen', 'create'],
      ['demo', 'text', 'create'],
      [null, 'nobody', 'create'],
    ]);
    const [one] = plans;
    await world.run(text, [one]);
    expect(await world.found('configmap', 'b03')).not.toBeNull();
    expect(await world.found('configmap', 'b03', '-n', 'demo')).toBeNull();
  });

  test('generateName: created, and the name is told; each time another one', async () => {
    const text = `apiVersion: batch/v1
kind: Job
metadata: {generateName: b04-job-}
spec: {suspend: true, template: {spec: {restartPolicy: Never, containers: [{name: c, image: busybox}]}}}
`;
    const [planned] = await world.plan(text);
    expect(planned).toMatchObject({ state: 'create', name: null, generateName: 'b04-job-' });
    const made = [...(await world.apply(text)), ...(await world.apply(text))];
    const madeNames = made.map(({ result }) => String(result?.params['name']));
    expect(new Set(madeNames).size).toBe(2);
    for (const name of madeNames) {
      expect(name).toMatch(/^b04-job-[a-z0-9]{5}$/);
      expect(await world.found('job', name)).not.toBeNull();
    }
  });

  test('CR LF: as kubectl reads it', async () => {
    const text =
      'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: b06-crlf\ndata:\n  app.json: |-\n    {\n      "a": 1\n    }\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: b06-two}\n';
    expect(await world.apply(text.replaceAll('\n', '\r\n'))).toHaveLength(2);
    expect((await world.found('configmap', 'b06-crlf')).data).toEqual({ 'app.json': '{\n  "a": 1\n}' });
  });

  test('a kind, its object, a namespace and what goes there, in the wrong order', async () => {
    const text = `{apiVersion: manifests.example.com/v1, kind: B08, metadata: {name: first, namespace: manifests-b8}, spec: {}}
---
{apiVersion: v1, kind: ConfigMap, metadata: {name: cm, namespace: manifests-b8}}
---
{apiVersion: v1, kind: Namespace, metadata: {name: manifests-b8}}
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: b08s.manifests.example.com}
spec: {group: manifests.example.com, scope: Namespaced, names: {kind: B08, plural: b08s}, versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}}]}
`;
    const plans = await world.plan(text);
    expect(statesOf(plans)).toEqual(['later', 'later', 'create', 'create']);
    try {
      expect(resultsOf(await world.run(text, plans))).toEqual([
        ['Namespace manifests-b8', 'created'],
        ['CustomResourceDefinition b08s.manifests.example.com', 'created'],
        ['B08 manifests-b8/first', 'created'],
        ['ConfigMap manifests-b8/cm', 'created'],
      ]);
    } finally {
      await world.cluster.kubectl('delete', 'crd', 'b08s.manifests.example.com', '--ignore-not-found');
      await world.cluster.kubectl(
        'delete',
        'namespace',
        'manifests-b8',
        '--ignore-not-found',
        '--wait=false',
      );
    }
  });

  test('the same object twice is refused, with both lines', async () => {
    const one = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: twice}\n';
    const plans = await world.plan(`${one}---\n${one}`);
    expect(statesOf(plans)).toEqual(['create', 'manifestTwice']);
    expect(plans[1]?.error?.params).toEqual({ line: 5, first: 1 });
  });
});

describe('a plan is what is done', () => {
  const deployment = (image: string, replicas = 0) => `apiVersion: apps/v1
kind: Deployment
metadata: {name: planned}
spec:
  replicas: ${replicas}
  selector: {matchLabels: {app: planned}}
  template: {metadata: {labels: {app: planned}}, spec: {containers: [{name: c, image: "${image}"}]}}
`;
  const map = (value: string) =>
    `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: planned}\ndata: {a: "${value}"}\n`;

  test('it tells what would change, and changes nothing', async () => {
    await world.apply(deployment('example.com/a:1'));
    const sent = await world.sentFromNow();
    const [planned] = await world.plan(deployment('example.com/a:2'));
    expect(planned?.state).toBe('change');
    const imageOf = (object: unknown) =>
      (object as { spec: { template: { spec: { containers: { image: string }[] } } } }).spec.template.spec
        .containers[0]?.image;
    expect([imageOf(planned?.before), imageOf(planned?.after)]).toEqual([
      'example.com/a:1',
      'example.com/a:2',
    ]);
    expect((await sent()).filter(({ requestURI }) => !requestURI.includes('dryRun=All'))).toEqual([]);
    const { body } = await world.admin.get('/audit?code=manifests.plan&pageSize=1');
    expect(body.items[0]).toMatchObject({ outcome: 'succeeded', params: { documents: 1 } });
  });

  test('what was changed meanwhile asks again; a status that moves on does not', async () => {
    const [planned] = await world.plan(deployment('example.com/a:3'));
    const status = JSON.stringify({ status: { observedGeneration: 0, conditions: [] } });
    await world.cluster.kubectl(
      'patch',
      'deployment',
      'planned',
      '-n',
      namespace,
      '--subresource=status',
      '--type=merge',
      '-p',
      status,
    );
    const done = await world.run(deployment('example.com/a:3'), [planned]);
    expect(resultsOf(done)).toEqual([[`Deployment ${namespace}/planned`, 'configured']]);
    const [next] = await world.plan(deployment('example.com/a:4'));
    await world.cluster.kubectl('annotate', 'deployment', 'planned', '-n', namespace, 'note=theirs');
    const late = await world.run(deployment('example.com/a:4'), [next]);
    expect(resultsOf(late)).toEqual([[`Deployment ${namespace}/planned`, 'changedMeanwhile']]);
    const object = await world.found('deployment', 'planned');
    expect(object.spec.template.spec.containers[0].image).toBe('example.com/a:3');
  });

  test('what came into being, or went, meanwhile asks again', async () => {
    const [planned] = await world.plan(map('1'));
    await world.cluster.kubectl('create', 'configmap', 'planned', '-n', namespace, '--from-literal=a=theirs');
    expect(resultsOf(await world.run(map('1'), [planned]))[0]?.[1]).toBe('changedMeanwhile');
    const [change] = await world.plan(map('2'), { force: true });
    await world.cluster.kubectl('delete', 'configmap', 'planned', '-n', namespace);
    const gone = await world.run(map('2'), [change], { force: true });
    expect(resultsOf(gone)[0]?.[1]).toBe('changedMeanwhile');
  });

  test('others’ fields are conflicts, owner by owner, until they are taken over', async () => {
    await world.cluster.kubectl('scale', 'deployment', 'planned', '-n', namespace, '--replicas=1');
    const text = deployment('example.com/a:5', 0);
    const [met] = await world.plan(text);
    expect(met?.error).toMatchObject({
      code: 'applyConflict',
      conflicts: [{ manager: 'kubectl', field: '.spec.replicas' }],
    });
    const [taken] = await world.plan(text, { force: true });
    expect(taken?.state).toBe('change');
    await world.run(text, [taken], { force: true });
    expect((await world.found('deployment', 'planned')).spec.replicas).toBe(0);
  });

  test('what kubectl made by its own apply: no more than its image is taken over, by choice', async () => {
    const theirs = { kind: 'deployment', name: 'b29' };
    const made = ['create', 'deployment', theirs.name, '-n', namespace, '--image=example.com/a:1'];
    await world.cluster.kubectl(...made, '--replicas=2');
    await world.cluster.kubectl('scale', 'deployment', theirs.name, '-n', namespace, '--replicas=5');
    const text = (replicas: string) => `apiVersion: apps/v1
kind: Deployment
metadata: {name: b29, labels: {app: b29}}
spec:
  ${replicas}selector: {matchLabels: {app: b29}}
  template: {metadata: {labels: {app: b29}}, spec: {containers: [{name: a, image: "example.com/a:2"}]}}
`;
    const deployed = async () => {
      const { spec } = await world.found(theirs.kind, theirs.name);
      return [spec.replicas, spec.template.spec.containers[0].image];
    };
    const [met] = await world.plan(text('replicas: 2\n  '));
    expect(met?.error?.conflicts).toMatchObject(
      expect.arrayContaining([{ manager: 'kubectl', field: '.spec.replicas', message: expect.any(String) }]),
    );
    const refused = await world.run(text('replicas: 2\n  '), [met]);
    expect(resultsOf(refused)).toEqual([[`Deployment ${namespace}/b29`, 'applyConflict']]);
    expect(await deployed()).toEqual([5, 'example.com/a:1']);
    const without = text('');
    await world.run(without, await world.plan(without, { force: true }), { force: true });
    expect(await deployed()).toEqual([5, 'example.com/a:2']);
  });

  test('what leaves the text leaves the object, where nobody else has it', async () => {
    const own = (data: string) => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: owned}\ndata: ${data}\n`;
    await world.apply(own('{a: "1", b: "2"}'));
    await world.cluster.kubectl('patch', 'configmap', 'owned', '-n', namespace, '-p', '{"data":{"c":"3"}}');
    await world.apply(own('{a: "1"}'));
    expect((await world.found('configmap', 'owned')).data).toEqual({ a: '1', c: '3' });
  });

  test('only what was planned: another text has another object there', async () => {
    const plans = await world.plan(map('3'));
    const documents = plans.map(({ target }) => ({ index: 7, target }));
    const answer = await world.admin.post(door, { text: map('3'), namespace, documents });
    expect(errorOf(answer)).toEqual([409, 'notOfThePlan']);
  });
});

describe('rights', () => {
  let operator: TestClient;
  const text = `apiVersion: v1
kind: ConfigMap
metadata: {name: own}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: foreign, namespace: demo}
---
apiVersion: v1
kind: Namespace
metadata: {name: manifests-sneaked, namespace: ${namespace}}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: sneaked}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}
subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: eve}]
`;
  beforeAll(async () => {
    const verbs = ['get', 'create', 'patch'];
    await createRole(world.api, 'binding-writer', [
      ...verbs.map((verb) => `k8s/rbac.authorization.k8s.io/rolebindings ${verb}`),
      ...verbs.map((verb) => `k8s/core/namespaces ${verb}`),
    ]);
    const scope = { kind: 'namespace' as const, cluster: 'here', namespace };
    operator = await world.api.signUp('manifests-operator', [
      { role: 'operator', scope },
      { role: 'binding-writer', scope },
    ]);
  });

  test('each document’s are asked before anything about its object is read', async () => {
    const audited = await world.auditedFromNow();
    const plans = await world.plan(text, {}, operator);
    expect(statesOf(plans)).toEqual(['create', 'forbidden', 'forbidden', 'escalation']);
    expect(plans[2]?.error?.params).toMatchObject({
      object: 'k8s/core/namespaces',
      domain: 'cluster:here/manifests-sneaked',
    });
    const asked = async () => (await audited()).map(({ requestURI }) => requestURI);
    await expect.poll(async () => (await asked()).some((uri) => uri.includes('/own'))).toBe(true);
    expect((await asked()).filter((uri) => /foreign|manifests-sneaked/.test(uri))).toEqual([]);
  });

  test('one that is missing, and nothing is applied', async () => {
    const plans = await world.plan(text, {}, operator);
    expect(errorOf(await world.submit(text, plans, {}, operator))).toEqual([403, 'forbidden']);
    expect(await world.found('configmap', 'own')).toBeNull();
  });

  test('the escalation rule holds here too', async () => {
    const plans = await world.plan(text, {}, operator);
    const items = await world.run(text, [plans[0], plans[3]], {}, operator);
    expect(resultsOf(items)).toEqual([
      [`ConfigMap ${namespace}/own`, 'created'],
      [`RoleBinding ${namespace}/sneaked`, 'escalation'],
    ]);
    expect(await world.found('rolebinding', 'sneaked')).toBeNull();
  });

  test('whoever has nothing in the cluster does not get in', async () => {
    const stranger = await world.api.signUp('manifests-stranger');
    expect(errorOf(await stranger.post(`${door}/plan`, { text }))).toEqual([403, 'forbidden']);
  });
});

describe('a Secret’s value', () => {
  const canary = 'canary-of-manifests-77d1';
  const base64 = Buffer.from(canary).toString('base64');
  const secret = (value: string) =>
    `apiVersion: v1\nkind: Secret\nmetadata: {name: pasted}\ndata: {a: ${base64}}\nstringData: {b: ${value}}\n`;
  /** Nowhere in what was answered, logged, audited or kept. */
  const expectUnseen = async (answers: unknown[]) => {
    const seen = JSON.stringify(answers) + logged + (await databaseContent(world.api.database.url));
    for (const form of [canary, canary.slice(0, -1), base64, base64.slice(0, 20)])
      expect([form, seen.includes(form)]).toEqual([form, false]);
  };

  test('is in no answer, and nowhere when the operation has ended', async () => {
    const first = await world.plan(secret(canary));
    await world.run(secret(canary), first);
    // of the same length: sizes do not tell
    const other = `${canary.slice(0, -1)}2`;
    const second = await world.plan(secret(other));
    expect(second[0]?.state).toBe('change');
    const items = await world.run(secret(other), second);
    expect(resultsOf(items)).toEqual([[`Secret ${namespace}/pasted`, 'configured']]);
    const object = await world.found('secret', 'pasted');
    expect(Buffer.from(object.data.b, 'base64').toString()).toBe(other);
    await expectUnseen([first, second, items]);
  });

  test('is not in what is said of a text that is wrong', async () => {
    const misplaced = `${secret('x')}  ${canary}\n: ${canary}\n`;
    const unread = await world.admin.post(`${door}/plan`, { text: misplaced, namespace });
    expect(errorOf(unread)).toEqual([400, 'manifestUnreadable']);
    const wrong = await world.plan(
      `${secret(canary)}---\n${secret(canary).replace('pasted', 'other').replace('{b: ', '{"no key": ')}`,
    );
    expect(wrong.map(({ state }) => state)).toEqual(['change', 'refused']);
    const unknown = await world.plan(`${secret(canary)}unknown: {field: ${canary}}\n`);
    expect(unknown[0]?.error?.code).toBe('clusterInvalid');
    const items = await world.run(secret(canary).replace('{b: ', '{"no key": '), [wrong[0]]);
    expect(items.map(({ state }) => state)).toEqual(['failed']);
    await expectUnseen([unread.body, wrong, unknown, items]);
  });
});
