import { ageColumn, defineKind, nameColumn, textColumn, type Column, type Level, type Row } from '../kind.ts';
import { formatCpu, formatMemory, milliUnits, parseQuantity, wholeUnits } from '../quantity.ts';
import { nodeFigureFields, percentOf } from '../node-figures.ts';
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

function levelOf({ cells }: Row): Level {
  const status = String(cells.status);
  if (!status.startsWith('Ready')) return 'error';
  return cells.unschedulable === true ? 'warning' : 'ok';
}

/** `250m (12%)` of allocatable; empty where there is no data. */
function shareColumn(id: string, of: string, format: (amount: number) => string): Column {
  return {
    id,
    standard: false,
    sortBy: id,
    text({ cells }) {
      const used = cells[id] ?? null;
      if (typeof used !== 'number') return '';
      const percent = percentOf(used, cells[of] as number | null);
      return percent === null ? format(used) : `${format(used)} (${percent}%)`;
    },
  };
}

function amountColumn(id: string, format: (amount: number) => string): Column {
  return {
    id,
    standard: false,
    sortBy: id,
    text: ({ cells }) => (typeof cells[id] === 'number' ? format(cells[id]) : ''),
  };
}

const podsColumn: Column = {
  id: 'pods',
  standard: false,
  sortBy: 'pods',
  text: ({ cells }) => (cells.pods === null ? '' : `${cells.pods}/${cells.podsAllocatable ?? '?'}`),
};

/**
 * Nodes as `kubectl get nodes -o wide` prints them (`printNode`), what they offer, and what their pods reserve.
 * The figures of `nodeFigureFields` are null until somebody who knows the pods fills them in.
 */
export const nodes = defineKind({
  group: 'core',
  plural: 'nodes',
  kind: 'Node',
  category: 'cluster',
  fields: {
    status: 'text',
    unschedulable: 'boolean',
    roles: 'text',
    version: 'text',
    internalIP: 'text',
    externalIP: 'text',
    osImage: 'text',
    kernelVersion: 'text',
    containerRuntime: 'text',
    labels: 'number',
    taints: 'number',
    podsAllocatable: 'number',
    podsCapacity: 'number',
    cpuAllocatable: 'number',
    cpuCapacity: 'number',
    memoryAllocatable: 'number',
    memoryCapacity: 'number',
    ...nodeFigureFields,
  },
  fieldSelectors: { 'spec.unschedulable': 'unschedulable' },
  columns: [
    nameColumn,
    { ...textColumn('status', 'STATUS', true), level: levelOf },
    textColumn('roles', 'ROLES', true),
    ageColumn,
    textColumn('version', 'VERSION', true),
    textColumn('internalIP', 'INTERNAL-IP', false),
    textColumn('externalIP', 'EXTERNAL-IP', false),
    textColumn('osImage', 'OS-IMAGE', false),
    textColumn('kernelVersion', 'KERNEL-VERSION', false),
    textColumn('containerRuntime', 'CONTAINER-RUNTIME', false),
    podsColumn,
    shareColumn('cpuRequests', 'cpuAllocatable', formatCpu),
    shareColumn('cpuLimits', 'cpuAllocatable', formatCpu),
    shareColumn('memoryRequests', 'memoryAllocatable', formatMemory),
    shareColumn('memoryLimits', 'memoryAllocatable', formatMemory),
    amountColumn('cpuAllocatable', formatCpu),
    amountColumn('memoryAllocatable', formatMemory),
    amountColumn('cpuCapacity', formatCpu),
    amountColumn('memoryCapacity', formatMemory),
    amountColumn('labels', String),
    amountColumn('taints', String),
  ],
  actions: ['cordon', 'uncordon'],
  project(node: Node) {
    const info = node.status?.nodeInfo;
    const allocatable = allocatableOf(node);
    const capacity = node.status?.capacity as Amounts;
    const whole = (amounts: Amounts, name: string) =>
      amounts?.[name] === undefined ? null : wholeUnits(parseQuantity(amounts[name]));
    const milli = (amounts: Amounts, name: string) =>
      amounts?.[name] === undefined ? null : milliUnits(parseQuantity(amounts[name]));
    return {
      status: statusOf(node),
      unschedulable: node.spec?.unschedulable === true,
      roles: rolesOf(node),
      version: info?.kubeletVersion ?? '',
      internalIP: addressOf(node, 'InternalIP'),
      externalIP: addressOf(node, 'ExternalIP'),
      osImage: info?.osImage || unknown,
      kernelVersion: kernelOf(node),
      containerRuntime: info?.containerRuntimeVersion || unknown,
      labels: Object.keys(node.metadata?.labels ?? {}).length,
      taints: node.spec?.taints?.length ?? 0,
      podsAllocatable: whole(allocatable, 'pods'),
      podsCapacity: whole(capacity, 'pods'),
      cpuAllocatable: milli(allocatable, 'cpu'),
      cpuCapacity: milli(capacity, 'cpu'),
      memoryAllocatable: whole(allocatable, 'memory'),
      memoryCapacity: whole(capacity, 'memory'),
      pods: null,
      cpuRequests: null,
      cpuLimits: null,
      memoryRequests: null,
      memoryLimits: null,
    };
  },
});
