import { AppError } from '../../http/app-error.ts';
import type { UnitPods } from '../../reconcile/unit-pods.ts';
import type { FindCluster } from '../clusters.ts';
import type { Through, UnitPlaces } from './unit-place.repository.ts';

/** A place that somebody asks for a stream of. */
export interface StreamPlace {
  cluster: string;
  namespace: string;
  through?: Through | undefined;
}

/** Whether a pod may be looked at as a unit's; another pod than that is none. */
export type Admits = (pod: { name: string; uid?: string }) => Promise<boolean>;

/**
 * Holds streams that come by the service tree to what their rights were asked for: the unit is the node's, the place is
 * the unit's, the pod is the unit's by its owners' uids. What is not is answered like what is not there.
 */
export class UnitStreams {
  readonly #places: Pick<UnitPlaces, 'find'>;
  readonly #findCluster: FindCluster;
  readonly #pods: Pick<UnitPods, 'owns'>;

  constructor(places: Pick<UnitPlaces, 'find'>, findCluster: FindCluster, pods: Pick<UnitPods, 'owns'>) {
    this.#places = places;
    this.#findCluster = findCluster;
    this.#pods = pods;
  }

  /** Undefined where the stream comes by the cluster's own rights. Throws AppError `notFound`. */
  async admissionTo({ cluster, namespace, through }: StreamPlace): Promise<Admits | undefined> {
    if (through === undefined) return undefined;
    const unit = await this.#places.find(through);
    if (unit === null || unit.namespace !== namespace || this.#findCluster(cluster)?.id !== unit.clusterId)
      throw new AppError('notFound');
    return (pod) => this.#pods.owns(unit, pod);
  }

  /** Throws AppError `notFound` unless all is the unit's; nothing where no unit is named. */
  async require(
    place: StreamPlace & { pod?: string; pods?: readonly string[] },
    uid?: string,
  ): Promise<void> {
    const admits = await this.admissionTo(place);
    if (admits === undefined) return;
    const names = place.pod === undefined ? (place.pods ?? []) : [place.pod];
    const known = uid === undefined ? {} : { uid };
    const answers = await Promise.all(names.map((name) => admits({ name, ...known })));
    if (answers.includes(false)) throw new AppError('notFound');
  }
}
