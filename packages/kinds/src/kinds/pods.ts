import { age } from '../human-duration.ts';
import { ageColumn, defineKind, nameColumn, ownerColumn, type Level, type Row } from '../kind.ts';
import { podRelations } from '../pod/pod-relations.ts';
import { podFigures } from '../pod/pod-figures.ts';
import { resizeState } from '../pod/pod-resources.ts';
import { podStatus } from '../pod/pod-status.ts';
import { measuredFields, promisedColumns } from '../usage-fields.ts';
import type { Pod } from '../wire/core.ts';
import { withoutKeys } from '../without-keys.ts';

const none = '<none>';
const underWay = /^(Pending|ContainerCreating|PodInitializing|Terminating|SchedulingGated|Init:\d+\/\d+)$/;

function levelOf({ cells }: Row): Level {
  const status = String(cells.status);
  if (status === 'Running') return cells.ready === cells.containers ? 'ok' : 'warning';
  if (status === 'Completed' || status === 'Succeeded') return 'neutral';
  if (status === 'NotReady') return 'warning';
  return underWay.test(status) ? 'progress' : 'error';
}

const resizeLevels: Record<string, Level> = { Infeasible: 'error', Error: 'error', Deferred: 'warning' };

function restartsText({ cells }: Row, now: number): string {
  const { restarts, lastRestart } = cells;
  return restarts === 0 || lastRestart === null
    ? String(restarts)
    : `${restarts} (${age(lastRestart as string, now)} ago)`;
}

function gatesPassed(pod: Pod): number {
  const conditions = pod.status?.conditions ?? [];
  return (pod.spec?.readinessGates ?? []).filter(
    ({ conditionType }) => conditions.find(({ type }) => type === conditionType)?.status === 'True',
  ).length;
}

function factsOf(pod: Pod) {
  return { pod, status: podStatus(pod), figures: podFigures(pod) };
}

/** Pods as `kubectl get pods -o wide` prints them (`printPod`), what they ask for, and what they use. */
export const pods = defineKind({
  group: 'core',
  plural: 'pods',
  kind: 'Pod',
  namespaced: true,
  menu: { module: 'workloads', order: 10 },
  usage: 'recent',
  isFleeting: true,
  facts: factsOf,
  // the scheduler finds another one its own node
  anew: (pod) => (pod.spec ? { ...pod, spec: withoutKeys(pod.spec, ['nodeName']) } : pod),
  fields: {
    name: nameColumn,
    ready: {
      type: 'number',
      read: ({ status }) => status.ready,
      column: { header: 'READY', width: 70, text: ({ cells }) => `${cells.ready}/${cells.containers}` },
    },
    containers: { type: 'number', read: ({ status }) => status.containers },
    status: {
      type: 'text',
      read: ({ status }) => status.status,
      column: { header: 'STATUS', width: 140, level: levelOf },
    },
    phase: { type: 'text', read: ({ pod }) => pod.status?.phase ?? null },
    restarts: {
      type: 'number',
      read: ({ status }) => status.restarts,
      column: { header: 'RESTARTS', width: 120, text: restartsText },
    },
    lastRestart: { type: 'time', read: ({ status }) => status.lastRestart },
    age: ageColumn,
    ip: {
      type: 'text',
      read: ({ pod }) => pod.status?.podIPs?.[0]?.ip || null,
      column: { header: 'IP', wide: true, width: 110, absent: none },
    },
    node: {
      type: 'text',
      read: ({ pod }) => pod.spec?.nodeName || null,
      column: { header: 'NODE', wide: true, width: 110, absent: none, refersTo: 'core/nodes' },
    },
    nominatedNode: {
      type: 'text',
      read: ({ pod }) => pod.status?.nominatedNodeName || null,
      column: { header: 'NOMINATED NODE', wide: true, absent: none, refersTo: 'core/nodes' },
    },
    readinessGates: {
      type: 'number',
      read: ({ pod }) => pod.spec?.readinessGates?.length ?? 0,
      column: {
        header: 'READINESS GATES',
        wide: true,
        text: ({ cells }) =>
          cells.readinessGates === 0 ? none : `${cells.readinessGatesPassed}/${cells.readinessGates}`,
      },
    },
    readinessGatesPassed: { type: 'number', read: ({ pod }) => gatesPassed(pod) },
    owner: ownerColumn,
    cpuRequests: {
      type: 'number',
      read: ({ figures }) => figures?.cpuRequests ?? null,
      column: promisedColumns.cpuRequests,
    },
    cpuLimits: {
      type: 'number',
      read: ({ figures }) => figures?.cpuLimits ?? null,
      column: promisedColumns.cpuLimits,
    },
    memoryRequests: {
      type: 'number',
      read: ({ figures }) => figures?.memoryRequests ?? null,
      column: promisedColumns.memoryRequests,
    },
    memoryLimits: {
      type: 'number',
      read: ({ figures }) => figures?.memoryLimits ?? null,
      column: promisedColumns.memoryLimits,
    },
    ...measuredFields,
    totals: { type: 'text', read: ({ figures }) => figures?.totals ?? null },
    resize: {
      type: 'text',
      read: ({ pod }) => resizeState(pod),
      column: { width: 110, level: ({ cells }) => resizeLevels[String(cells.resize)] ?? 'progress' },
    },
  },
  columns: ['name', 'ready', 'status', 'restarts', 'age', 'ip', 'node'],
  fieldSelectors: {
    'spec.nodeName': 'node',
    'status.phase': 'phase',
    'status.podIP': 'ip',
    'status.nominatedNodeName': 'nominatedNode',
  },
  relations: podRelations((pod: Pod) => pod.spec),
});
