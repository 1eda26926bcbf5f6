import { age } from '../human-duration.ts';
import { ageColumn, defineKind, nameColumn, textColumn, type Column, type Level, type Row } from '../kind.ts';
import { podLimits, podRequests } from '../pod/pod-resources.ts';
import { podStatus } from '../pod/pod-status.ts';
import { formatCpu, formatMemory, type Quantity } from '../quantity.ts';
import type { Pod } from '../wire/core.ts';

const none = '<none>';
const underWay = /^(Pending|ContainerCreating|PodInitializing|Terminating|SchedulingGated|Init:\d+\/\d+)$/;

function levelOf({ cells }: Row): Level {
  const status = String(cells.status);
  if (status === 'Running') return cells.ready === cells.containers ? 'ok' : 'warning';
  if (status === 'Completed' || status === 'Succeeded') return 'neutral';
  if (status === 'NotReady') return 'warning';
  return underWay.test(status) ? 'progress' : 'error';
}

function restartsText({ cells }: Row, now: number): string {
  const { restarts, lastRestart } = cells;
  return restarts === 0 || lastRestart === null
    ? String(restarts)
    : `${restarts} (${age(lastRestart as string, now)} ago)`;
}

function gatesText({ cells }: Row): string {
  return cells.readinessGates === 0 ? none : `${cells.readinessGatesPassed}/${cells.readinessGates}`;
}

/** Millicores and bytes, with their fraction: only the sum of many is rounded. */
const millicores = (quantity: Quantity | undefined): number => Number(quantity ?? 0n) / 1e6;
const bytes = (quantity: Quantity | undefined): number => Number(quantity ?? 0n) / 1e9;

function gatesPassed(pod: Pod): number {
  const conditions = pod.status?.conditions ?? [];
  return (pod.spec?.readinessGates ?? []).filter(
    ({ conditionType }) => conditions.find(({ type }) => type === conditionType)?.status === 'True',
  ).length;
}

function ownerOf(pod: Pod): string | null {
  const controller = pod.metadata?.ownerReferences?.find((owner) => owner.controller === true);
  return controller === undefined ? null : `${controller.kind}/${controller.name}`;
}

function amountColumn(id: string, format: (amount: number) => string): Column {
  return { id, standard: false, sortBy: id, text: ({ cells }) => format(Math.ceil(Number(cells[id] ?? 0))) };
}

/** Pods as `kubectl get pods -o wide` prints them (`printPod`), and what they ask for. */
export const pods = defineKind({
  group: 'core',
  plural: 'pods',
  kind: 'Pod',
  category: 'workloads',
  fields: {
    ready: 'number',
    containers: 'number',
    status: 'text',
    phase: 'text',
    restarts: 'number',
    lastRestart: 'time',
    ip: 'text',
    node: 'text',
    nominatedNode: 'text',
    readinessGates: 'number',
    readinessGatesPassed: 'number',
    /** `Kind/name` of the controller; null for a bare pod. */
    owner: 'text',
    cpuRequests: 'number',
    cpuLimits: 'number',
    memoryRequests: 'number',
    memoryLimits: 'number',
  },
  fieldSelectors: {
    'spec.nodeName': 'node',
    'status.phase': 'phase',
    'status.podIP': 'ip',
    'status.nominatedNodeName': 'nominatedNode',
  },
  columns: [
    nameColumn,
    {
      id: 'ready',
      header: 'READY',
      standard: true,
      sortBy: 'ready',
      text: ({ cells }) => `${cells.ready}/${cells.containers}`,
    },
    { ...textColumn('status', 'STATUS', true), level: levelOf },
    { id: 'restarts', header: 'RESTARTS', standard: true, sortBy: 'restarts', text: restartsText },
    ageColumn,
    { ...textColumn('ip', 'IP', false), text: ({ cells }) => String(cells.ip ?? none) },
    { ...textColumn('node', 'NODE', false), text: ({ cells }) => String(cells.node ?? none) },
    {
      ...textColumn('nominatedNode', 'NOMINATED NODE', false),
      text: ({ cells }) => String(cells.nominatedNode ?? none),
    },
    { id: 'readinessGates', header: 'READINESS GATES', standard: false, text: gatesText },
    { id: 'owner', standard: false, sortBy: 'owner', text: ({ cells }) => String(cells.owner ?? none) },
    amountColumn('cpuRequests', formatCpu),
    amountColumn('cpuLimits', formatCpu),
    amountColumn('memoryRequests', formatMemory),
    amountColumn('memoryLimits', formatMemory),
  ],
  actions: ['delete'],
  project(pod: Pod) {
    const { status, ready, containers, restarts, lastRestart } = podStatus(pod);
    const requests = podRequests(pod);
    const limits = podLimits(pod);
    return {
      ready,
      containers,
      status,
      phase: pod.status?.phase ?? null,
      restarts,
      lastRestart,
      ip: pod.status?.podIPs?.[0]?.ip || null,
      node: pod.spec?.nodeName || null,
      nominatedNode: pod.status?.nominatedNodeName || null,
      readinessGates: pod.spec?.readinessGates?.length ?? 0,
      readinessGatesPassed: gatesPassed(pod),
      owner: ownerOf(pod),
      cpuRequests: millicores(requests.get('cpu')),
      cpuLimits: millicores(limits.get('cpu')),
      memoryRequests: bytes(requests.get('memory')),
      memoryLimits: bytes(limits.get('memory')),
    };
  },
});
