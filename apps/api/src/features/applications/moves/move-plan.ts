import type { endpoints, OutputOf } from '@pilothouse/contract';
import { valueAt, type KubernetesObject } from '@pilothouse/kinds';
import type { ClusterRegistry } from '../../../clusters/cluster-registry.ts';
import type { Reconciler } from '../../../reconcile/reconciler.ts';
import type { ApplicationRepository } from '../application.repository.ts';
import { instanceAt, isAt, sharedVersion, unitsAt, usersOf } from '../instance-places.ts';
import type { InstancePlace, InstanceRepository, InstanceRow } from '../instance.repository.ts';
import type { InstanceRef } from '../instance.service.ts';
import type { Rendering } from '../rendering.ts';
import type { SpecGuard } from '../spec-guard.ts';
import type { InstanceMoves } from './instance-moves.ts';
import { isThere, neededBy } from './needed-objects.ts';

type Plan = OutputOf<typeof endpoints.planInstanceMove>;

interface MovePlansParts {
  applications: ApplicationRepository;
  instances: InstanceRepository;
  moves: InstanceMoves;
  guard: SpecGuard;
  rendering: Rendering;
  reconciler: Pick<Reconciler, 'previews' | 'states'>;
  registry: Pick<ClusterRegistry, 'byId'>;
}

/** Says what a move would do, by a dry run there and by what is known here. */
export class MovePlans {
  readonly #parts: MovePlansParts;

  constructor(parts: MovePlansParts) {
    this.#parts = parts;
  }

  /** Throws as {@link InstanceMoves.movable} does. */
  async of(ref: InstanceRef, namespaceId: string): Promise<Plan> {
    const { applications, guard, moves } = this.#parts;
    const { row, place } = await moves.movable(ref, namespaceId);
    const there = instanceAt(row, place);
    const spec = await applications.spec(row.applicationId, row.applicationVersion);
    const problems = await guard.problemsOf([there], spec);
    const rows = await this.#parts.instances.list({ applicationId: row.applicationId });
    const goes = await this.#goes(row, rows);
    const nothing = { changes: [], warnings: [], clusterError: null, needs: [], hosts: [], services: [] };
    if (problems.length > 0) return { problems, goes, ...nothing };
    return { problems, goes, ...(await this.#made(there, place, rows)) };
  }

  /** Its objects, and what is shared where nobody else needs it. */
  async #goes(row: InstanceRow, rows: readonly InstanceRow[]): Promise<Plan['goes']> {
    const { reconciler } = this.#parts;
    const [place] = unitsAt(row, row);
    if (place === undefined) return [];
    const isLast = usersOf(rows, place).every(({ id }) => id === row.id);
    const states = [
      ...(await reconciler.states('instance', [row.id])),
      ...(isLast ? await reconciler.states('shared', [row.applicationId]) : []),
    ];
    return states
      .filter((state) => isAt(row, state))
      .flatMap(({ objects }) => objects.map(({ kind, name }) => ({ kind, name })));
  }

  async #made(there: InstanceRow, place: InstancePlace, rows: readonly InstanceRow[]) {
    const { applications, reconciler, registry, rendering } = this.#parts;
    const { applicationId, clusterId, namespace } = there;
    const [shared, own] = unitsAt(there, there);
    if (shared === undefined || own === undefined) throw new Error('A place without its cluster');
    const around = await rendering.of(applicationId, [place.id]);
    const [version, newest] = [there.applicationVersion, sharedVersion([there, ...usersOf(rows, shared)])];
    const ownObjects = around.instance(there, await applications.spec(applicationId, version));
    const sharedObjects = around.shared(place.id, await applications.spec(applicationId, newest));
    const previews = await reconciler.previews([
      { unit: shared, objects: sharedObjects },
      { unit: own, objects: ownObjects },
    ]);
    const clusterError = previews.find((preview) => preview.clusterError !== null)?.clusterError ?? null;
    const objects = [...sharedObjects, ...ownObjects];
    const connection =
      clusterError?.code === 'clusterUnreachable' ? undefined : registry.byId(clusterId ?? '')?.connection;
    const needs = neededBy(objects).map(async ({ kind, name, plural }) => ({
      kind,
      name,
      isThere: await isThere(connection, namespace, { kind, name, plural }),
    }));
    return {
      changes: previews.flatMap(({ changes }) => changes),
      warnings: [...new Set(previews.flatMap(({ warnings }) => warnings))],
      clusterError,
      needs: await Promise.all(needs),
      hosts: hostsOf(ownObjects),
      services: ownObjects
        .filter(({ kind }) => kind === 'Service')
        .map(({ metadata }) => metadata?.name ?? ''),
    };
  }
}

function hostsOf(objects: readonly KubernetesObject[]): string[] {
  const rules = objects
    .filter(({ kind }) => kind === 'Ingress')
    .flatMap((ingress) => (valueAt(ingress, ['spec', 'rules']) ?? []) as { host?: string }[]);
  return [...new Set(rules.flatMap(({ host }) => host ?? []))];
}
