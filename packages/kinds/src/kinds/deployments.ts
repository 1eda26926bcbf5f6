import { ageColumn, defineKind, nameColumn, type Level } from '../kind.ts';
import { labelSelectorText } from '../label-selector.ts';
import { podRelations } from '../pod/pod-relations.ts';
import { summedFields } from '../usage-fields.ts';
import type { Deployment } from '../wire/apps.ts';
import { deploymentRollout, type DeploymentRollout } from '../workloads/deployment-rollout.ts';
import { templateFields } from '../workloads/template-fields.ts';

const templateOf = ({ spec }: Deployment) => spec?.template.spec;

const rolloutLevels: Record<DeploymentRollout, Level> = {
  Pending: 'progress',
  Paused: 'warning',
  Progressing: 'progress',
  ReplicaFailure: 'error',
  ProgressDeadlineExceeded: 'error',
  Complete: 'ok',
};

/** Deployments as `kubectl get deployments -o wide` prints them (`printDeployment`), and how far their rollout is. */
export const deployments = defineKind({
  group: 'apps',
  plural: 'deployments',
  kind: 'Deployment',
  namespaced: true,
  menu: { module: 'workloads', order: 20 },
  usage: 'kept',
  facts: (deployment: Deployment) => deployment,
  fields: {
    name: nameColumn,
    ready: {
      type: 'number',
      read: ({ status }) => status?.readyReplicas ?? 0,
      column: { header: 'READY', width: 80, text: ({ cells }) => `${cells.ready}/${cells.replicas}` },
    },
    replicas: { type: 'number', read: ({ spec }) => spec?.replicas ?? 1 },
    paused: { type: 'boolean', read: ({ spec }) => spec?.paused === true },
    upToDate: {
      type: 'number',
      read: ({ status }) => status?.updatedReplicas ?? 0,
      column: { header: 'UP-TO-DATE', width: 100 },
    },
    available: {
      type: 'number',
      read: ({ status }) => status?.availableReplicas ?? 0,
      column: { header: 'AVAILABLE', width: 100 },
    },
    age: ageColumn,
    ...templateFields(templateOf),
    selector: {
      type: 'text',
      read: ({ spec }) => labelSelectorText(spec?.selector),
      column: { header: 'SELECTOR', wide: true, width: 220 },
    },
    rollout: {
      type: 'text',
      read: deploymentRollout,
      column: { width: 190, level: ({ cells }) => rolloutLevels[cells.rollout as DeploymentRollout] },
    },
    ...summedFields,
  },
  columns: ['name', 'ready', 'upToDate', 'available', 'rollout', 'age', 'images'],
  relations: [
    { type: 'owns', kind: 'apps/replicasets' },
    { type: 'selects', kind: 'core/pods', selector: ({ spec }) => spec?.selector ?? null },
    ...podRelations(templateOf),
  ],
});
