import { fitServiceToType, typesOfService, type EditableObject, type ServiceType } from '@pilothouse/kinds';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TestClient } from '../../testing/test-client.ts';
import { editable, editAsForm } from './testing/form-edit.ts';
import { createNamespace, startResourceWorld, type ResourceWorld } from './testing/resource-world.ts';

/** Ours are written as the form writes them, theirs by kubectl; afterwards the objects are the same. */
const ours = 'services-ours';
const theirs = 'services-theirs';
const door = `/clusters/here/k8s/core/services/${ours}`;

let world: ResourceWorld;
let admin: TestClient;
const kubectl = (...args: string[]) => world.cluster.kubectl(...args);

interface Port {
  name?: string;
  port: number;
  targetPort?: number | string;
  nodePort?: number;
  protocol?: string;
  appProtocol?: string;
}
type Spec = Record<string, unknown> & { type?: ServiceType; ports?: Port[] };

/**
 * A port of the nodes is given once in a cluster: of those that are asked for, theirs is the next number.
 * They are of the band that nothing is given by itself (KEP-3668).
 */
const nodePortOf = { [ours]: 30040, [theirs]: 30041 };
const askedFor = Object.values(nodePortOf).flatMap((port) => [port, port + 2]);

async function read(namespace: string, name: string) {
  const text = await kubectl('get', 'service', name, '-n', namespace, '-o', 'json');
  return JSON.parse(text) as { metadata: Record<string, unknown>; spec: Spec };
}

/** Without what is the server's, or is given once: addresses and ports it chose count as given. */
function comparable({ metadata, spec }: Awaited<ReturnType<typeof read>>) {
  const { labels, annotations = {} } = metadata as { labels?: object; annotations?: Record<string, string> };
  const { 'kubectl.kubernetes.io/last-applied-configuration': _applied, ...kept } = annotations;
  const address = (value: unknown) => (value === undefined || value === 'None' ? value : 'given');
  const nodePort = (value: number) => (askedFor.includes(value) ? 'wanted' : 'given');
  return {
    labels,
    annotations: kept,
    spec: {
      ...spec,
      clusterIP: address(spec['clusterIP']),
      clusterIPs: (spec['clusterIPs'] as string[] | undefined)?.map(address),
      healthCheckNodePort: spec['healthCheckNodePort'] === undefined ? undefined : 'given',
      ports: spec.ports?.map((port) => ({
        ...port,
        ...(port.nodePort !== undefined && { nodePort: nodePort(port.nodePort) }),
      })),
    },
  };
}

async function expectSame(name: string): Promise<void> {
  const [mine, other] = [await read(ours, name), await read(theirs, name)];
  expect(comparable(mine)).toEqual(comparable(other));
}

const applyAll = (items: object[]) =>
  world.cluster.apply(JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));

const http: Port = { name: 'http', port: 80, targetPort: 8080, protocol: 'TCP' };
const selector = { app: 'web' };
/** Every type of Service there is, as it is before it is edited. */
const types: Record<string, Spec> = {
  ClusterIP: { type: 'ClusterIP', ports: [http], selector },
  headless: { type: 'ClusterIP', clusterIP: 'None', ports: [http], selector },
  NodePort: { type: 'NodePort', ports: [http], selector, externalTrafficPolicy: 'Local' },
  LoadBalancer: {
    type: 'LoadBalancer',
    ports: [http],
    selector,
    externalTrafficPolicy: 'Local',
    loadBalancerSourceRanges: ['192.0.2.0/24'],
    loadBalancerClass: 'example.org/none',
  },
  ExternalName: { type: 'ExternalName', externalName: 'db.example.org', ports: [http], selector },
};
const service = (namespace: string, name: string, spec: Spec) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace, labels: { app: name } },
  spec,
});
const lowerCase = (text: string) => text.toLowerCase();
const changes = Object.keys(types).flatMap((from) =>
  (['ClusterIP', 'NodePort', 'LoadBalancer', 'ExternalName'] as const)
    .filter((to) => to !== types[from]?.type)
    .map((to) => ({ from, to, name: lowerCase(`${from}-to-${to}`) })),
);

type Json = { op: 'add' | 'replace' | 'remove'; path: string; value?: unknown }[];
interface Edit {
  what: string;
  from: keyof typeof types & string;
  form: (draft: EditableObject) => void;
  kubectl: Json | ((namespace: string) => Json);
}
const at = (...path: (string | number)[]) => ['spec', ...path];
const set =
  (path: (string | number)[], value: unknown) =>
  (draft: EditableObject): void =>
    draft.set(path, value);
const dns: Port = { name: 'dns', port: 53, protocol: 'UDP' };

/** Each way in which a field of the form changes a Service. */
const edits: Edit[] = [
  {
    what: 'port added',
    from: 'ClusterIP',
    form: set(at('ports', 1), dns),
    kubectl: [{ op: 'add', path: '/spec/ports/-', value: dns }],
  },
  {
    what: 'port removed',
    from: 'NodePort',
    form: (draft) => {
      draft.set(at('ports', 1), { ...dns, name: 'more' });
      draft.remove(at('ports', 0));
    },
    kubectl: [{ op: 'replace', path: '/spec/ports', value: [{ ...dns, name: 'more' }] }],
  },
  {
    what: 'port renamed',
    from: 'NodePort',
    form: set(at('ports', 0, 'name'), 'web'),
    kubectl: [{ op: 'replace', path: '/spec/ports/0/name', value: 'web' }],
  },
  {
    what: 'port number',
    from: 'NodePort',
    form: set(at('ports', 0, 'port'), 8081),
    kubectl: [{ op: 'replace', path: '/spec/ports/0/port', value: 8081 }],
  },
  {
    what: 'target port by name',
    from: 'ClusterIP',
    form: set(at('ports', 0, 'targetPort'), 'http'),
    kubectl: [{ op: 'replace', path: '/spec/ports/0/targetPort', value: 'http' }],
  },
  {
    what: 'target port left out',
    from: 'ClusterIP',
    form: (draft) => draft.remove(at('ports', 0, 'targetPort')),
    kubectl: [{ op: 'remove', path: '/spec/ports/0/targetPort' }],
  },
  {
    what: 'protocols',
    from: 'ClusterIP',
    form: (draft) => {
      draft.set(at('ports', 0, 'protocol'), 'SCTP');
      draft.set(at('ports', 0, 'appProtocol'), 'kubernetes.io/h2c');
    },
    kubectl: [
      { op: 'replace', path: '/spec/ports/0/protocol', value: 'SCTP' },
      { op: 'add', path: '/spec/ports/0/appProtocol', value: 'kubernetes.io/h2c' },
    ],
  },
  {
    what: 'node port set',
    from: 'NodePort',
    form: set(at('ports', 0, 'nodePort'), nodePortOf[ours]),
    kubectl: (namespace) => [
      { op: 'replace', path: '/spec/ports/0/nodePort', value: nodePortOf[namespace as typeof theirs] },
    ],
  },
  {
    what: 'node port cleared',
    from: 'NodePort',
    form: (draft) => draft.remove(at('ports', 0, 'nodePort')),
    kubectl: [{ op: 'remove', path: '/spec/ports/0/nodePort' }],
  },
  {
    what: 'selector',
    from: 'ClusterIP',
    form: set(at('selector'), { app: 'shop', 'example.org/tier': 'front' }),
    kubectl: [{ op: 'replace', path: '/spec/selector', value: { app: 'shop', 'example.org/tier': 'front' } }],
  },
  {
    what: 'no selector',
    from: 'headless',
    form: (draft) => draft.remove(at('selector')),
    kubectl: [{ op: 'remove', path: '/spec/selector' }],
  },
  {
    what: 'affinity',
    from: 'ClusterIP',
    form: (draft) => {
      draft.set(at('sessionAffinity'), 'ClientIP');
      draft.set(at('sessionAffinityConfig', 'clientIP', 'timeoutSeconds'), 60);
    },
    kubectl: [
      { op: 'replace', path: '/spec/sessionAffinity', value: 'ClientIP' },
      { op: 'add', path: '/spec/sessionAffinityConfig', value: { clientIP: { timeoutSeconds: 60 } } },
    ],
  },
  {
    what: 'policies',
    from: 'LoadBalancer',
    form: (draft) => {
      draft.set(at('internalTrafficPolicy'), 'Local');
      draft.set(at('externalTrafficPolicy'), 'Cluster');
    },
    kubectl: [
      { op: 'replace', path: '/spec/internalTrafficPolicy', value: 'Local' },
      { op: 'replace', path: '/spec/externalTrafficPolicy', value: 'Cluster' },
    ],
  },
  {
    what: 'families',
    from: 'ClusterIP',
    form: set(at('ipFamilyPolicy'), 'PreferDualStack'),
    kubectl: [{ op: 'replace', path: '/spec/ipFamilyPolicy', value: 'PreferDualStack' }],
  },
  {
    what: 'external addresses',
    from: 'ClusterIP',
    form: (draft) => {
      draft.set(at('externalIPs'), ['192.0.2.7']);
      draft.set(at('publishNotReadyAddresses'), true);
    },
    kubectl: [
      { op: 'add', path: '/spec/externalIPs', value: ['192.0.2.7'] },
      { op: 'add', path: '/spec/publishNotReadyAddresses', value: true },
    ],
  },
  {
    what: 'external name',
    from: 'ExternalName',
    form: set(at('externalName'), 'other.example.org'),
    kubectl: [{ op: 'replace', path: '/spec/externalName', value: 'other.example.org' }],
  },
  {
    what: 'headless once more',
    from: 'ExternalName',
    form: (draft) => {
      draft.set(at('type'), 'ClusterIP');
      draft.set(at('clusterIP'), 'None');
      fitServiceToType(draft);
    },
    kubectl: [
      { op: 'replace', path: '/spec/type', value: 'ClusterIP' },
      { op: 'add', path: '/spec/clusterIP', value: 'None' },
      { op: 'remove', path: '/spec/externalName' },
    ],
  },
];
const nameOf = ({ what }: Edit) => what.replaceAll(' ', '-');

beforeAll(async () => {
  world = await startResourceWorld(ours);
  admin = world.api.admin;
  await createNamespace(world.cluster, theirs);
  for (const namespace of [ours, theirs])
    await applyAll([
      ...changes.map(({ from, name }) => service(namespace, name, types[from] ?? {})),
      ...edits.map((edit) => service(namespace, nameOf(edit), types[edit.from] ?? {})),
    ]);
});
afterAll(async () => {
  await world?.cluster.kubectl('delete', 'namespace', theirs, '--wait=false');
  await world?.stop();
});

describe('created', () => {
  const tcp = (name: string): Port => ({ name, port: 80, targetPort: 8080, protocol: 'TCP' });
  test.each<[string, (draft: EditableObject) => void, string[]]>([
    ['clusterip', (draft) => draft.set(at('ports', 0), tcp('80-8080')), ['--tcp=80:8080']],
    [
      'clusterip',
      (draft) => {
        draft.set(at('clusterIP'), 'None');
        draft.set(at('ports', 0), tcp('80-8080'));
      },
      ['--clusterip=None', '--tcp=80:8080'],
    ],
    [
      'nodeport',
      (draft) => {
        draft.set(at('ports', 0), { ...tcp('80-8080'), nodePort: nodePortOf[ours] + 2 });
        draft.set(at('type'), 'NodePort');
      },
      ['--tcp=80:8080', `--node-port=${nodePortOf[theirs] + 2}`],
    ],
    [
      'loadbalancer',
      (draft) => {
        draft.set(at('type'), 'LoadBalancer');
        draft.set(at('ports', 0), tcp('80-8080'));
      },
      ['--tcp=80:8080'],
    ],
    [
      'externalname',
      (draft) => {
        // typed before the type was chosen
        draft.set(at('clusterIP'), 'None');
        draft.set(at('type'), 'ExternalName');
        draft.set(at('externalName'), 'db.example.org');
      },
      ['--external-name=db.example.org'],
    ],
  ])('as by kubectl create service %s', async (type, fill, args) => {
    const name = `made-${type}${args.includes('--clusterip=None') ? '-headless' : ''}`;
    const draft = editable({ apiVersion: 'v1', kind: 'Service', metadata: { name, namespace: ours } });
    draft.set(['metadata', 'labels', 'app'], name);
    draft.set(at('selector', 'app'), name);
    fill(draft);
    fitServiceToType(draft);
    const answer = await admin.post(door, { object: draft.object() });
    expect([answer.status, answer.body.error]).toEqual([201, undefined]);
    await kubectl('create', 'service', type, name, '-n', theirs, ...args);
    await expectSame(name);
  });
});

test.each(changes)('from $from to $to', async ({ from, to, name }) => {
  const path = `${door}/${name}`;
  const extra = to === 'ExternalName' ? { externalName: 'moved.example.org' } : {};
  const isPossible = typesOfService(types[from] === undefined ? {} : { spec: types[from] }).includes(to);
  const answer = await editAsForm(admin, path, (draft, before) => {
    draft.set(at('type'), to);
    for (const [key, value] of Object.entries(extra)) draft.set(at(key), value);
    // what the form does not offer is sent as it is
    if (isPossible) fitServiceToType(draft, before);
  });
  // kubectl has to be told what goes, where the apiserver does not take it away by itself
  const gone = {
    ...(from === 'LoadBalancer' && { loadBalancerSourceRanges: null }),
    ...(from === 'ExternalName' && { externalName: null }),
  };
  const patch = JSON.stringify({ spec: { type: to, ...extra, ...gone } });
  const patched = kubectl('patch', 'service', name, '-n', theirs, '--type=merge', '-p', patch);
  if (isPossible) {
    expect([answer.status, answer.body.error]).toEqual([200, undefined]);
    await patched;
    await expectSame(name);
  } else {
    await expect(patched).rejects.toThrow('may not be set to');
    expect([answer.status, answer.body.error.fields]).toEqual([
      422,
      expect.arrayContaining([expect.objectContaining({ field: expect.stringContaining('spec.clusterIP') })]),
    ]);
  }
});

test.each(edits)('$what ($from)', async (edit) => {
  const name = nameOf(edit);
  const answer = await editAsForm(admin, `${door}/${name}`, (draft) => edit.form(draft));
  expect([answer.status, answer.body.error]).toEqual([200, undefined]);
  const patch = typeof edit.kubectl === 'function' ? edit.kubectl(theirs) : edit.kubectl;
  await kubectl('patch', 'service', name, '-n', theirs, '--type=json', '-p', JSON.stringify(patch));
  await expectSame(name);
});

test('affinity given up takes its seconds along', async () => {
  const answer = await editAsForm(admin, `${door}/affinity`, set(at('sessionAffinity'), 'None'));
  expect([answer.status, answer.body.error]).toEqual([200, undefined]);
  const patch = JSON.stringify({ spec: { sessionAffinity: 'None' } });
  await kubectl('patch', 'service', 'affinity', '-n', theirs, '-p', patch);
  await expectSame('affinity');
});

test('what the API holds fixed is refused at its field', async () => {
  const answer = await editAsForm(admin, `${door}/selector`, set(at('clusterIP'), '10.0.0.250'));
  expect([answer.status, answer.body.error.code]).toEqual([422, 'clusterInvalid']);
  expect(answer.body.error.fields).toContainEqual(
    expect.objectContaining({ field: expect.stringContaining('spec.clusterIP') }),
  );
});
