import type { ApplicationSpec, endpoints, OutputOf } from '@pilothouse/contract';
import { valueAt } from '@pilothouse/kinds';
import type { Authoriser } from '../../authz/authoriser.ts';
import type { ClusterRegistry } from '../../clusters/cluster-registry.ts';
import { sentence } from '../../http/app-error.ts';
import { errorOf, phaseOf } from '../../reconcile/phase-of.ts';
import type { Reconciler } from '../../reconcile/reconciler.ts';
import type { UnitError, UnitState } from '../../reconcile/unit-state.ts';
import type { ApplicationRepository } from './application.repository.ts';
import { isAt } from './instance-places.ts';
import type { InstanceRow } from './instance.repository.ts';
import type { Rendering } from './rendering.ts';
import type { Rendered } from '../../reconcile/unit-source.ts';

type InstanceView = OutputOf<typeof endpoints.listInstances>['instances'][number];
export type InstanceDetail = OutputOf<typeof endpoints.getInstance>;
type OtherPlace = InstanceView['leftBehind'][number];
type PlannedInstance = OutputOf<typeof endpoints.planApplication>['instances'][number];

interface InstanceViewsParts {
  authoriser: Pick<Authoriser, 'policies'>;
  applications: ApplicationRepository;
  reconciler: Pick<Reconciler, 'states' | 'previews' | 'lookedAt'>;
  registry: Pick<ClusterRegistry, 'nameOf'>;
  rendering: Rendering;
}

/** What is known of an instance in its place, where it moves to, and where it has been. */
interface Whereabouts {
  here: UnitState | undefined;
  there: UnitState | undefined;
  elsewhere: UnitState[];
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
    return rows.map((row) => this.#view(row, states(row), tree.pathOf(row.applicationId)));
  }

  async detail(row: InstanceRow): Promise<InstanceDetail> {
    const states = await this.#states([row]);
    const { tree } = await this.#parts.authoriser.policies();
    this.#lookAt([row], states);
    const { here } = states(row);
    return {
      ...this.#view(row, states(row), tree.pathOf(row.applicationId)),
      spec: row.spec,
      namespaceId: row.namespaceId,
      objects: here?.objects ?? [],
      drift: here?.drift ?? [],
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

  #lookAt(rows: readonly InstanceRow[], states: (row: InstanceRow) => Whereabouts): void {
    const seen = rows.map(states).flatMap(({ here, there }) => [here, there]);
    this.#parts.reconciler.lookedAt(seen.flatMap((state) => state?.id ?? []));
  }

  async #states(rows: readonly InstanceRow[]): Promise<(row: InstanceRow) => Whereabouts> {
    const ids = rows.map(({ id }) => id);
    const states = ids.length === 0 ? [] : await this.#parts.reconciler.states('instance', ids);
    const byOwner = Map.groupBy(states, ({ ownerId }) => ownerId);
    return (row) => whereaboutsOf(row, byOwner.get(row.id) ?? []);
  }

  #view(row: InstanceRow, { here, there, elsewhere }: Whereabouts, path: string): InstanceView {
    const { spec, version, movingTo } = row;
    const workload = workloadOf(here);
    return {
      id: row.id,
      application: row.applicationId,
      path,
      name: row.name,
      cluster: row.cluster,
      namespace: row.namespace,
      objectName: row.objectName,
      image: spec.image,
      phase: phaseOf(here),
      wantedPods: workload?.wanted ?? spec.autoscaling?.minReplicas ?? spec.replicas,
      readyPods: workload?.ready ?? null,
      version,
      appliedVersion: here?.appliedVersion ?? null,
      applicationVersion: row.applicationVersion,
      isPaused: row.isPaused,
      error: coded(errorOf(here)),
      movingTo: movingTo && otherPlaceOf(movingTo, there),
      leftBehind: elsewhere.map((state) => {
        const cluster = this.#parts.registry.nameOf(state.clusterId) ?? null;
        return otherPlaceOf({ cluster, namespace: state.namespace }, state);
      }),
      asOf: (here?.checkedAt ?? here?.appliedAt)?.toISOString() ?? null,
    };
  }
}

/** Of a cluster that is not registered any more only the unit knows the id. */
function whereaboutsOf(row: InstanceRow, states: readonly UnitState[]): Whereabouts {
  const { clusterId, namespace, movingTo } = row;
  const here = states.find((state) =>
    clusterId === null ? !state.isRegistered && state.namespace === namespace : isAt(row, state),
  );
  const there = movingTo === null ? undefined : states.find((state) => isAt(movingTo, state));
  return { here, there, elsewhere: states.filter((state) => state !== here && state !== there) };
}

function otherPlaceOf(
  { cluster, namespace }: Pick<OtherPlace, 'cluster' | 'namespace'>,
  state: UnitState | undefined,
): OtherPlace {
  const { ready = null, wanted = null } = workloadOf(state) ?? {};
  const error = coded(errorOf(state));
  return { cluster, namespace, phase: phaseOf(state), readyPods: ready, wantedPods: wanted, error };
}

const workloadOf = (state: UnitState | undefined) =>
  state?.status?.kind === 'Deployment' ? state.status : undefined;

const coded = (error: UnitError | null) => error && { ...error, message: sentence(error.code, error.params) };

/** The Pods' template of a workload, by which they are replaced; empty where there is none. */
function templateOf(objects: Rendered['objects']): string {
  const workload = objects.find(({ kind }) => kind === 'Deployment');
  return JSON.stringify(valueAt(workload, ['spec', 'template']) ?? null);
}
