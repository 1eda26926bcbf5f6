/** One half of a case: a node, and a namespace for what runs on it. */
export interface Side {
  namespace: string;
  node: string;
  /** Of both halves. */
  id: string;
  /** Controls pods and makes none. */
  owner: Owner;
}

export interface Owner {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
  controller: boolean;
}

/** An object to be applied. */
export interface Made {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string } & Record<string, unknown>;
  spec?: object;
}

/** Objects of one case, of both halves, have it. */
export const caseLabel = 'pilothouse.test/drain';
/** Its own: the controller's `default` comes when it comes. */
const account = 'drained';
const tolerations = [{ operator: 'Exists' }];
const containers = [{ name: 'c', image: 'example.com/a:1' }];

/** A node that kwok plays, and a namespace that takes pods. */
export function place({ node, namespace, id }: Side): Made[] {
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels: { [caseLabel]: id } } },
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: account, namespace } },
    {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: {
        name: node,
        labels: { [caseLabel]: id, 'kubernetes.io/hostname': node },
        annotations: { 'kwok.x-k8s.io/node': 'fake' },
      },
      spec: { taints: [{ key: 'kwok.x-k8s.io/node', value: 'fake', effect: 'NoSchedule' }] },
    },
  ];
}

interface PodOptions {
  owner?: Owner | null;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  finalizers?: string[];
  volumes?: object[];
  node?: string;
}

/** A pod on the node, with a controller unless it says otherwise. */
export function pod(side: Side, name: string, options: PodOptions = {}): Made {
  const { owner = side.owner, labels, annotations, finalizers, volumes, node = side.node } = options;
  const metadata = {
    name,
    namespace: side.namespace,
    labels: { part: 'main', ...labels, [caseLabel]: side.id },
    ...(annotations && { annotations }),
    ...(finalizers && { finalizers }),
    ...(owner !== null && { ownerReferences: [owner] }),
  };
  const spec = {
    nodeName: node,
    tolerations,
    containers,
    // a mirror pod may not have one
    ...(annotations === undefined && { serviceAccountName: account }),
    automountServiceAccountToken: false,
    ...(volumes && { volumes }),
  };
  return { apiVersion: 'v1', kind: 'Pod', metadata, spec };
}

/** A DaemonSet for this node alone. */
export function daemonSet(side: Side, name: string, { volumes }: PodOptions = {}): Made {
  const labels = { daemon: name, [caseLabel]: side.id };
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name, namespace: side.namespace },
    spec: {
      selector: { matchLabels: { daemon: name } },
      template: {
        metadata: { labels },
        spec: {
          tolerations,
          containers,
          serviceAccountName: account,
          automountServiceAccountToken: false,
          nodeSelector: { 'kubernetes.io/hostname': side.node },
          ...(volumes && { volumes }),
        },
      },
    },
  };
}

/** A budget over the pods of the case that are part of `main`. */
export function budget(side: Side, name: string, spec: object): Made {
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name, namespace: side.namespace },
    spec: { selector: { matchLabels: { part: 'main' } }, ...spec },
  };
}
