import { ageColumn, defineKind, nameColumn, type Level, type Row } from '../kind.ts';
import { formatCpu, formatMemory, milliUnits, parseQuantity, wholeUnits } from '../quantity.ts';
import { amountsText, offered } from '../node-amounts.ts';
import { percentOf } from '../node-figures.ts';
import { cordonNote } from '../node/cordon-note.ts';
import { nodeTaints } from '../node/node-description.ts';
import type { Node } from '../wire/core.ts';

const none = '<none>';
const unknown = '<unknown>';
const rolePrefix = 'node-role.kubernetes.io/';

function statusOf(node: Node): string {
  // a later condition of the same type wins, as in kubectl's map
  const ready = node.status?.conditions?.findLast(({ type }) => type === 'Ready');
  const state = ready === undefined ? 'Unknown' : ready.status === 'True' ? 'Ready' : 'NotReady';
  return node.spec?.unschedulable === true ? `${state},SchedulingDisabled` : state;
}

/** `findNodeRoles` of printers.go: sorted by bytes, each once. */
function rolesOf(node: Node): string {
  const roles = new Set<string>();
  for (const [key, value] of Object.entries(node.metadata?.labels ?? {})) {
    if (key.startsWith(rolePrefix) && key.length > rolePrefix.length) roles.add(key.slice(rolePrefix.length));
    else if (key === 'kubernetes.io/role' && value !== '') roles.add(value);
  }
  return [...roles].toSorted((a, b) => (a < b ? -1 : 1)).join(',') || none;
}

function addressOf(node: Node, kind: string): string {
  return node.status?.addresses?.find(({ type }) => type === kind)?.address ?? none;
}

function kernelOf(node: Node): string {
  const { kernelVersion, architecture } = node.status?.nodeInfo ?? {};
  return `${kernelVersion || unknown}${architecture ? ` (${architecture})` : ''}`;
}

type Amounts = Record<string, string> | undefined;

/** As `kubectl describe node`: without allocatable, the capacity is. */
function allocatableOf(node: Node): Amounts {
  const allocatable = node.status?.allocatable as Amounts;
  return Object.keys(allocatable ?? {}).length > 0 ? allocatable : (node.status?.capacity as Amounts);
}

/** The first of these labels that it has; the old names are still about. */
function labelOf(node: Node, ...keys: string[]): string {
  const labels = node.metadata?.labels ?? {};
  const key = keys.find((each) => Object.hasOwn(labels, each));
  return key === undefined ? '' : (labels[key] ?? '');
}

/** Labels that somebody gave it, as kubectl's `--show-labels` writes them: without Kubernetes' own. */
function ownLabelsOf(node: Node): string {
  return Object.entries(node.metadata?.labels ?? {})
    .filter(([key]) => !/(^|\.)(kubernetes|k8s)\.io\//.test(key))
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${value}`)
    .join(',')
    .slice(0, 500);
}

/** Conditions that hold though they should not: every one but Ready tells of trouble. */
function troublesOf(node: Node): string {
  const conditions = node.status?.conditions ?? [];
  return conditions
    .filter(({ type, status }) => type !== 'Ready' && status === 'True')
    .map(({ type }) => type)
    .join(',');
}

/** When the kubelet last told how it is; it does so every few minutes, or at once when something changes. */
function heartbeatOf(node: Node): string | null {
  return node.status?.conditions?.findLast(({ type }) => type === 'Ready')?.lastHeartbeatTime ?? null;
}

function levelOf({ cells }: Row): Level {
  const status = String(cells.status);
  if (!status.startsWith('Ready')) return 'error';
  return cells.unschedulable === true ? 'warning' : 'ok';
}

/** `250m (12%)` of allocatable; empty where there is no data. */
function share(id: string, of: string, format: (amount: number) => string) {
  return ({ cells }: Row) => {
    const used = cells[id] ?? null;
    if (typeof used !== 'number') return '';
    const percent = percentOf(used, cells[of] as number | null);
    return percent === null ? format(used) : `${format(used)} (${percent}%)`;
  };
}

function amount(id: string, format: (amount: number) => string) {
  return ({ cells }: Row) => (typeof cells[id] === 'number' ? format(cells[id]) : '');
}

function amounts(id: string) {
  return ({ cells }: Row) => amountsText(cells[id]);
}

function factsOf(node: Node) {
  return {
    node,
    info: node.status?.nodeInfo,
    allocatable: allocatableOf(node),
    capacity: node.status?.capacity as Amounts,
  };
}

const whole = (amounts: Amounts, name: string) =>
  amounts?.[name] === undefined ? null : wholeUnits(parseQuantity(amounts[name]));
const milli = (amounts: Amounts, name: string) =>
  amounts?.[name] === undefined ? null : milliUnits(parseQuantity(amounts[name]));

/** Unknown until somebody who knows the pods fills it in. */
const figure = { type: 'number', read: () => null } as const;
const named = { type: 'text', read: () => null } as const;

/**
 * Nodes as `kubectl get nodes -o wide` prints them (`printNode`), what they offer, and what their pods reserve
 * (`NodeFigures`).
 */
export const nodes = defineKind({
  group: 'core',
  plural: 'nodes',
  kind: 'Node',
  namespaced: false,
  menu: { module: 'clusters', order: 10 },
  usage: 'both',
  facts: factsOf,
  fields: {
    name: nameColumn,
    status: {
      type: 'text',
      read: ({ node }) => statusOf(node),
      column: { header: 'STATUS', width: 140, level: levelOf },
    },
    unschedulable: { type: 'boolean', read: ({ node }) => node.spec?.unschedulable === true },
    roles: { type: 'text', read: ({ node }) => rolesOf(node), column: { header: 'ROLES', width: 88 } },
    age: ageColumn,
    version: {
      type: 'text',
      read: ({ info }) => info?.kubeletVersion ?? '',
      column: { header: 'VERSION', width: 96 },
    },
    internalIP: {
      type: 'text',
      read: ({ node }) => addressOf(node, 'InternalIP'),
      column: { header: 'INTERNAL-IP', wide: true },
    },
    externalIP: {
      type: 'text',
      read: ({ node }) => addressOf(node, 'ExternalIP'),
      column: { header: 'EXTERNAL-IP', wide: true },
    },
    osImage: {
      type: 'text',
      read: ({ info }) => info?.osImage || unknown,
      column: { header: 'OS-IMAGE', wide: true, width: 220 },
    },
    kernelVersion: {
      type: 'text',
      read: ({ node }) => kernelOf(node),
      column: { header: 'KERNEL-VERSION', wide: true, width: 220 },
    },
    containerRuntime: {
      type: 'text',
      read: ({ info }) => info?.containerRuntimeVersion || unknown,
      column: { header: 'CONTAINER-RUNTIME', wide: true, width: 200 },
    },
    schedulable: { column: { width: 96, text: ({ cells }) => String(cells.unschedulable !== true) } },
    pods: {
      ...figure,
      column: {
        width: 76,
        align: 'left',
        text: ({ cells }) => (cells.pods === null ? '' : `${cells.pods}/${cells.podsAllocatable ?? '?'}`),
      },
    },
    cpuUsage: {
      ...figure,
      column: {
        width: 112,
        align: 'left',
        sortBy: 'cpuUsageShare',
        text: share('cpuUsage', 'cpuAllocatable', formatCpu),
      },
    },
    memoryUsage: {
      ...figure,
      column: {
        width: 126,
        align: 'left',
        sortBy: 'memoryUsageShare',
        text: share('memoryUsage', 'memoryAllocatable', formatMemory),
      },
    },
    cpuRequests: {
      ...figure,
      column: {
        width: 124,
        align: 'left',
        sortBy: 'cpuRequestsShare',
        text: share('cpuRequests', 'cpuAllocatable', formatCpu),
      },
    },
    cpuLimits: {
      ...figure,
      column: {
        width: 108,
        align: 'left',
        sortBy: 'cpuLimitsShare',
        text: share('cpuLimits', 'cpuAllocatable', formatCpu),
      },
    },
    memoryRequests: {
      ...figure,
      column: {
        width: 146,
        align: 'left',
        sortBy: 'memoryRequestsShare',
        text: share('memoryRequests', 'memoryAllocatable', formatMemory),
      },
    },
    memoryLimits: {
      ...figure,
      column: {
        width: 126,
        align: 'left',
        sortBy: 'memoryLimitsShare',
        text: share('memoryLimits', 'memoryAllocatable', formatMemory),
      },
    },
    cpuRequestsAmount: { column: { text: amount('cpuRequests', formatCpu), sortBy: 'cpuRequests' } },
    cpuLimitsAmount: { column: { text: amount('cpuLimits', formatCpu), sortBy: 'cpuLimits' } },
    memoryRequestsAmount: {
      column: { text: amount('memoryRequests', formatMemory), sortBy: 'memoryRequests' },
    },
    memoryLimitsAmount: { column: { text: amount('memoryLimits', formatMemory), sortBy: 'memoryLimits' } },
    ephemeralStorageRequests: {
      ...figure,
      column: {
        align: 'left',
        sortBy: 'ephemeralStorageRequestsShare',
        text: share('ephemeralStorageRequests', 'ephemeralStorageAllocatable', formatMemory),
      },
    },
    ephemeralStorageLimits: {
      ...figure,
      column: {
        align: 'left',
        sortBy: 'ephemeralStorageLimitsShare',
        text: share('ephemeralStorageLimits', 'ephemeralStorageAllocatable', formatMemory),
      },
    },
    ephemeralStorageAllocatable: {
      type: 'number',
      read: ({ allocatable }) => whole(allocatable, 'ephemeral-storage'),
      column: { text: amount('ephemeralStorageAllocatable', formatMemory) },
    },
    hugepagesRequests: { ...named, column: { width: 200, text: amounts('hugepagesRequests') } },
    hugepagesLimits: { ...named, column: { width: 200, text: amounts('hugepagesLimits') } },
    hugepagesAllocatable: {
      type: 'text',
      read: ({ allocatable }) => offered(allocatable, 'hugepages'),
      column: { width: 200, text: amounts('hugepagesAllocatable') },
    },
    extendedRequests: { ...named, column: { width: 200, text: amounts('extendedRequests') } },
    extendedLimits: { ...named, column: { width: 200, text: amounts('extendedLimits') } },
    extendedAllocatable: {
      type: 'text',
      read: ({ allocatable }) => offered(allocatable, 'extended'),
      column: { width: 200, text: amounts('extendedAllocatable') },
    },
    // what the columns with a percentage are sorted by
    ephemeralStorageRequestsShare: figure,
    ephemeralStorageLimitsShare: figure,
    cpuUsageShare: figure,
    memoryUsageShare: figure,
    cpuRequestsShare: figure,
    cpuLimitsShare: figure,
    memoryRequestsShare: figure,
    memoryLimitsShare: figure,
    podsAllocatable: { type: 'number', read: ({ allocatable }) => whole(allocatable, 'pods') },
    podsCapacity: { type: 'number', read: ({ capacity }) => whole(capacity, 'pods') },
    cpuAllocatable: {
      type: 'number',
      read: ({ allocatable }) => milli(allocatable, 'cpu'),
      column: { text: amount('cpuAllocatable', formatCpu) },
    },
    memoryAllocatable: {
      type: 'number',
      read: ({ allocatable }) => whole(allocatable, 'memory'),
      column: { text: amount('memoryAllocatable', formatMemory) },
    },
    cpuCapacity: {
      type: 'number',
      read: ({ capacity }) => milli(capacity, 'cpu'),
      column: { text: amount('cpuCapacity', formatCpu) },
    },
    memoryCapacity: {
      type: 'number',
      read: ({ capacity }) => whole(capacity, 'memory'),
      column: { text: amount('memoryCapacity', formatMemory) },
    },
    labels: {
      type: 'number',
      read: ({ node }) => Object.keys(node.metadata?.labels ?? {}).length,
      column: {},
    },
    taints: {
      type: 'number',
      read: ({ node }) => node.spec?.taints?.length ?? 0,
      column: { width: 240, align: 'left', text: ({ cells }) => String(cells.taintTexts ?? '') },
    },
    taintTexts: { type: 'text', read: ({ node }) => nodeTaints(node).join(', ') },
    ownLabels: { type: 'text', read: ({ node }) => ownLabelsOf(node), column: { width: 240 } },
    pressure: {
      type: 'text',
      read: ({ node }) => troublesOf(node),
      column: { width: 150, level: ({ cells }) => (cells.pressure === '' ? 'neutral' : 'error') },
    },
    zone: {
      type: 'text',
      read: ({ node }) =>
        labelOf(node, 'topology.kubernetes.io/zone', 'failure-domain.beta.kubernetes.io/zone'),
      column: { width: 110 },
    },
    instanceType: {
      type: 'text',
      read: ({ node }) =>
        labelOf(node, 'node.kubernetes.io/instance-type', 'beta.kubernetes.io/instance-type'),
      column: { width: 130 },
    },
    architecture: {
      type: 'text',
      read: ({ node }) => labelOf(node, 'kubernetes.io/arch', 'beta.kubernetes.io/arch'),
      column: { width: 110 },
    },
    heartbeat: { type: 'time', read: ({ node }) => heartbeatOf(node), column: { width: 100 } },
    cordonReason: {
      type: 'text',
      read: ({ node }) => cordonNote(node)?.reason ?? '',
      column: { width: 180 },
    },
  },
  columns: [
    'name',
    'status',
    'schedulable',
    'roles',
    'pods',
    'cpuRequests',
    'cpuLimits',
    'memoryRequests',
    'memoryLimits',
    'version',
    'age',
  ],
  fieldSelectors: { 'spec.unschedulable': 'unschedulable' },
  grouping: {
    labels: ['topology.kubernetes.io/zone', 'node.kubernetes.io/instance-type', 'kubernetes.io/arch'],
    sums: [
      'pods',
      'podsAllocatable',
      'cpuAllocatable',
      'cpuRequests',
      'cpuUsage',
      'memoryAllocatable',
      'memoryRequests',
      'memoryUsage',
    ],
    state: 'status',
  },
});
