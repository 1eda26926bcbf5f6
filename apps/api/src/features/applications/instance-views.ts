import type { ApplicationSpec, endpoints, OutputOf } from '@pilothouse/contract';
import { valueAt } from '@pilothouse/kinds';
import type { Authoriser } from '../../authz/authoriser.ts';
import { sentence } from '../../http/app-error.ts';
import { errorOf, phaseOf } from '../../reconcile/phase-of.ts';
import type { Reconciler } from '../../reconcile/reconciler.ts';
import type { UnitState } from '../../reconcile/unit-state.ts';
import type { ApplicationRepository } from './application.repository.ts';
import type { InstanceRow } from './instance.repository.ts';
import type { Rendering } from './rendering.ts';
import type { Rendered } from '../../reconcile/unit-source.ts';

type InstanceView = OutputOf<typeof endpoints.listInstances>['instances'][number];
export type InstanceDetail = OutputOf<typeof endpoints.getInstance>;
type PlannedInstance = OutputOf<typeof endpoints.planApplication>['instances'][number];

interface InstanceViewsParts {
  authoriser: Pick<Authoriser, 'policies'>;
  applications: ApplicationRepository;
  reconciler: Pick<Reconciler, 'states' | 'previews' | 'lookedAt'>;
  rendering: Rendering;
}

/** Instances as people see them: what should be, beside what their clusters have. */
export class InstanceViews {
  readonly #parts: InstanceViewsParts;

  constructor(parts: InstanceViewsParts) {
    this.#parts = parts;
  }

  /** @param seen those that somebody has before their eyes: what is known of them is kept fresh. */
  async of(rows: readonly InstanceRow[], seen: readonly InstanceRow[]): Promise<InstanceView[]> {
    const { authoriser } = this.#parts;
    const states = await this.#states(rows);
    const { tree } = await authoriser.policies();
    this.#lookAt(seen, states);
    return rows.map((row) => viewOf(row, states.get(row.id), tree.pathOf(row.applicationId)));
  }

  async detail(row: InstanceRow): Promise<InstanceDetail> {
    const states = await this.#states([row]);
    const state = states.get(row.id);
    const { tree } = await this.#parts.authoriser.policies();
    this.#lookAt([row], states);
    return {
      ...viewOf(row, state, tree.pathOf(row.applicationId)),
      spec: row.spec,
      namespaceId: row.namespaceId,
      objects: state?.objects ?? [],
      drift: state?.drift ?? [],
    };
  }

  /** What a spec of their application would change of its instances. */
  async planned(
    application: string,
    rows: readonly InstanceRow[],
    spec: ApplicationSpec,
  ): Promise<PlannedInstance[]> {
    const { applications, reconciler } = this.#parts;
    const rendering = await this.#parts.rendering.of(
      application,
      rows.map(({ namespaceId }) => namespaceId),
    );
    const specOf = await applications.specs(
      application,
      rows.map(({ applicationVersion }) => applicationVersion),
    );
    const wanted = rows.map((row) => {
      const { id: ownerId, clusterId, namespace } = row;
      const unit = { kind: 'instance', ownerId, clusterId: clusterId ?? '', namespace } as const;
      return { unit, objects: rendering.instance(row, spec) };
    });
    const previews = await reconciler.previews(wanted);
    return rows.map((row, index) => {
      const { id, name, cluster, namespace } = row;
      const now = rendering.instance(row, specOf(row.applicationVersion));
      const restarts = templateOf(now) !== templateOf(wanted[index]?.objects ?? []);
      return { id, name, cluster, namespace, restarts, changes: previews[index]?.changes ?? [] };
    });
  }

  #lookAt(rows: readonly InstanceRow[], states: ReadonlyMap<string, UnitState>): void {
    this.#parts.reconciler.lookedAt(rows.flatMap(({ id }) => states.get(id)?.id ?? []));
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
function templateOf(objects: Rendered['objects']): string {
  const workload = objects.find(({ kind }) => kind === 'Deployment');
  return JSON.stringify(valueAt(workload, ['spec', 'template']) ?? null);
}
