/** What is asked of Prometheus at once, in the order of the contract's points; each is a series with its name as label. */
export const figures = [
  'cpu',
  'cpuPeak',
  'memory',
  'memoryPeak',
  'cpuRequests',
  'cpuLimits',
  'memoryRequests',
  'memoryLimits',
] as const;

/** An object whose use is measured, as a path names it. */
export interface Measured {
  group: string;
  plural: string;
  namespace: string;
  name: string;
}

/** Over so many a rate is taken: Prometheus usually looks once in 30 or 60 seconds. */
const window = '5m';

/**
 * The query for an object's figures: cpu in millicores, memory in bytes; what was used in a `step` of more than a minute
 * as its mean and highest. Null of a kind whose pods nobody can find. It asks for what the kubelets' cAdvisor and
 * kube-state-metrics measure, under their own names.
 */
export function usageQuery(measured: Measured, step: number): string | null {
  const parts = partsOf(measured);
  if (parts === null) return null;
  // fine enough to meet a peak, coarse enough for 90 days
  const inner = step > 300 ? 300 : 60;
  const over = (how: 'avg' | 'max', expression: string) =>
    `${how}_over_time((${expression})[${step}s:${inner}s])`;
  const { cpu, memory, promised } = parts;
  const isMinute = step <= 60;
  const expressions: Partial<Record<(typeof figures)[number], string>> = {
    cpu: isMinute ? cpu : over('avg', cpu),
    memory: isMinute ? memory : over('avg', memory),
    ...(!isMinute && { cpuPeak: over('max', cpu), memoryPeak: over('max', memory) }),
    cpuRequests: promised('requests', 'cpu'),
    cpuLimits: promised('limits', 'cpu'),
    memoryRequests: promised('requests', 'memory'),
    memoryLimits: promised('limits', 'memory'),
  };
  return Object.entries(expressions)
    .map(([figure, expression]) => `label_replace(${expression}, "figure", "${figure}", "", "")`)
    .join(' or ');
}

interface Parts {
  cpu: string;
  memory: string;
  promised: (side: 'requests' | 'limits', resource: 'cpu' | 'memory') => string;
}

function partsOf(measured: Measured): Parts | null {
  const { group, plural, namespace, name } = measured;
  if (group === 'core' && plural === 'nodes') return partsOfNode(name);
  if (group === 'core' && plural === 'namespaces') return partsOfPods(is('namespace', name));
  if (group === 'core' && plural === 'pods')
    return partsOfPods(`${is('namespace', namespace)},${is('pod', name)}`);
  const pods = podsOfWorkload(measured);
  return pods === null ? null : partsOfPods(is('namespace', namespace), pods);
}

/** The root of a kubelet's cgroups; Prometheus calls the node by one label or the other, as it is set up. */
function partsOfNode(name: string): Parts {
  const roots = [is('node', name), `instance=~${quoted(`${escapedForRegex(name)}(:[0-9]+)?`)}`].map(
    (node) => `{id="/",${node}}`,
  );
  const either = (expression: (root: string) => string) =>
    roots.map((root) => `sum(${expression(root)})`).join(' or ');
  return {
    cpu: either((root) => `1000 * rate(container_cpu_usage_seconds_total${root}[${window}])`),
    memory: either((root) => `container_memory_working_set_bytes${root}`),
    // the series of phases does not say on which node
    promised: (side, resource) => promisedTo({ requested: is('node', name), pods: '' }, side, resource),
  };
}

/** @param pods the pods among those that match, as a series of 1 for each by namespace and pod; absent: all */
function partsOfPods(matchers: string, pods?: string): Parts {
  const containers = `{${matchers},container!="",container!="POD"}`;
  const summed = (expression: string) =>
    pods === undefined
      ? `sum(${expression})`
      : `sum(sum by (namespace, pod) (${expression}) * on (namespace, pod) ${pods})`;
  return {
    cpu: summed(`1000 * rate(container_cpu_usage_seconds_total${containers}[${window}])`),
    memory: summed(`container_memory_working_set_bytes${containers}`),
    promised: (side, resource) =>
      promisedTo({ requested: matchers, pods: `${matchers},` }, side, resource, pods),
  };
}

/** As the scheduler counts: of pods that are on a node and have not finished. */
function promisedTo(
  matchers: { requested: string; pods: string },
  side: 'requests' | 'limits',
  resource: 'cpu' | 'memory',
  pods?: string,
): string {
  const what = `kube_pod_container_resource_${side}{${matchers.requested},resource="${resource}",node!=""}`;
  const running = `max by (namespace, pod) (kube_pod_status_phase{${matchers.pods}phase=~"Pending|Running"} == 1)`;
  const those = pods === undefined ? '' : ` * on (namespace, pod) ${pods}`;
  const factor = resource === 'cpu' ? '1000 * ' : '';
  return `${factor}sum(sum by (namespace, pod) (${what}) * on (namespace, pod) ${running}${those})`;
}

/** Kinds that own their pods; the others own what owns them. */
const owners: Record<string, string> = {
  'apps/statefulsets': 'StatefulSet',
  'apps/daemonsets': 'DaemonSet',
  'apps/replicasets': 'ReplicaSet',
  'batch/jobs': 'Job',
};
const ownersOfOwners: Record<string, { kind: string; of: string; metric: string; label: string }> = {
  'apps/deployments': {
    kind: 'Deployment',
    of: 'ReplicaSet',
    metric: 'kube_replicaset_owner',
    label: 'replicaset',
  },
  'batch/cronjobs': { kind: 'CronJob', of: 'Job', metric: 'kube_job_owner', label: 'job_name' },
};

function podsOfWorkload({ group, plural, namespace, name }: Measured): string | null {
  const [here, called] = [is('namespace', namespace), is('owner_name', name)];
  const owner = owners[`${group}/${plural}`];
  if (owner !== undefined)
    return `max by (namespace, pod) (kube_pod_owner{${here},owner_kind="${owner}",${called}})`;
  const upper = ownersOfOwners[`${group}/${plural}`];
  if (upper === undefined) return null;
  const { kind, of, metric, label } = upper;
  const owned = `label_replace(${metric}{${here},owner_kind="${kind}",${called}}, "owner_name", "$1", "${label}", "(.+)")`;
  return (
    `max by (namespace, pod) (kube_pod_owner{${here},owner_kind="${of}"}` +
    ` * on (namespace, owner_name) group_left () max by (namespace, owner_name) (${owned}))`
  );
}

function is(label: string, value: string): string {
  return `${label}=${quoted(value)}`;
}

/** A string of PromQL, whose escapes are Go's. */
function quoted(value: string): string {
  return `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;
}

function escapedForRegex(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
