import type { ApplicationSpec, endpoints, OutputOf } from '@pilothouse/contract';
import { valueAt } from '@pilothouse/kinds';
import type { Authoriser } from '../../authz/authoriser.ts';
import { sentence } from '../../http/app-error.ts';
import { errorOf, phaseOf } from '../../reconcile/phase-of.ts';
import type { Reconciler } from '../../reconcile/reconciler.ts';
import type { UnitState } from '../../reconcile/unit-state.ts';
import type { ApplicationRepository } from './application.repository.ts';
import type { InstanceRow } from './instance.repository.ts';
import type { Rendering } from './instance-sources.ts';

type InstanceView = OutputOf<typeof endpoints.listInstances>['instances'][number];
export type InstanceDetail = OutputOf<typeof endpoints.getInstance>;
type PlannedInstance = OutputOf<typeof endpoints.planApplication>['instances'][number];

interface InstanceViewsParts {
  authoriser: Pick<Authoriser, 'policies'>;
  applications: ApplicationRepository;
  reconciler: Pick<Reconciler, 'states' | 'preview' | 'lookedAt'>;
  rendering: Rendering;
}

/** Instances as people see them: what should be, beside what their clusters have. */
export class InstanceViews {
  readonly #parts: InstanceViewsParts;

  constructor(parts: InstanceViewsParts) {
    this.#parts = parts;
  }

  async of(rows: readonly InstanceRow[]): Promise<InstanceView[]> {
    const { authoriser, reconciler } = this.#parts;
    const states = await this.#states(rows);
    const { tree } = await authoriser.policies();
    reconciler.lookedAt([...states.values()].map(({ id }) => id));
    return rows.map((row) => viewOf(row, states.get(row.id), tree.pathOf(row.applicationId)));
  }

  async detail(row: InstanceRow): Promise<InstanceDetail> {
    const { authoriser, reconciler } = this.#parts;
    const state = (await this.#states([row])).get(row.id);
    const { tree } = await authoriser.policies();
    if (state !== undefined) reconciler.lookedAt([state.id]);
    return {
      ...viewOf(row, state, tree.pathOf(row.applicationId)),
      spec: row.spec,
      namespaceId: row.namespaceId,
      objects: state?.objects ?? [],
      drift: state?.drift ?? [],
    };
  }

  /** What a spec of its application would change of an instance. */
  async planned(row: InstanceRow, spec: ApplicationSpec): Promise<PlannedInstance> {
    const { applications, reconciler, rendering } = this.#parts;
    const { id, name, cluster, namespace } = row;
    const now = await rendering.instance(
      row,
      await applications.spec(row.applicationId, row.applicationVersion),
    );
    const then = await rendering.instance(row, spec);
    const unit = { kind: 'instance', ownerId: id, clusterId: row.clusterId ?? '', namespace } as const;
    const { changes } = await reconciler.preview(unit, then);
    return { id, name, cluster, namespace, restarts: templateOf(now) !== templateOf(then), changes };
  }

  async #states(rows: readonly InstanceRow[]): Promise<Map<string, UnitState>> {
    if (rows.length === 0) return new Map();
    const states = await this.#parts.reconciler.states(
      'instance',
      rows.map(({ id }) => id),
    );
    return new Map(states.map((state) => [state.ownerId, state]));
  }
}

function viewOf(row: InstanceRow, state: UnitState | undefined, path: string): InstanceView {
  const { spec, version } = row;
  const workload = state?.status?.kind === 'Deployment' ? state.status : undefined;
  const error = errorOf(state);
  return {
    id: row.id,
    application: row.applicationId,
    path,
    name: row.name,
    cluster: row.cluster,
    namespace: row.namespace,
    objectName: row.objectName,
    image: spec.image,
    phase: phaseOf(state),
    wantedPods: workload?.wanted ?? spec.autoscaling?.minReplicas ?? spec.replicas,
    readyPods: workload?.ready ?? null,
    version,
    appliedVersion: state?.appliedVersion ?? null,
    applicationVersion: row.applicationVersion,
    isPaused: row.isPaused,
    error: error === null ? null : { ...error, message: sentence(error.code, error.params) },
    asOf: (state?.checkedAt ?? state?.appliedAt)?.toISOString() ?? null,
  };
}

/** The Pods' template of a workload, by which they are replaced; empty where there is none. */
function templateOf(objects: Awaited<ReturnType<Rendering['instance']>>): string {
  const workload = objects.find(({ kind }) => kind === 'Deployment');
  return JSON.stringify(valueAt(workload, ['spec', 'template']) ?? null);
}
