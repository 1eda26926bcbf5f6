import { isRecord, type KubernetesObject, type Pod } from '@pilothouse/kinds';
import {
  apiPath,
  eachObject,
  KubeError,
  listObjects,
  type ClusterConnection,
  type PathRef,
} from '@pilothouse/kube';
import type { endpoints, OutputOf } from '@pilothouse/contract';
import type { ClusterHandle } from '../clusters/cluster-handle.ts';
import type { ClusterRegistry } from '../clusters/cluster-registry.ts';
import type { Database } from '../db/database.ts';
import { AppError } from '../http/app-error.ts';
import { podEvents } from './pod-events.ts';
import { podOfUnit } from './pod-of-unit.ts';
import { ReconcileUnits } from './reconcile-units.repository.ts';
import { ownerLabels, type UnitRef } from './unit-source.ts';

type PodList = OutputOf<typeof endpoints.listInstancePods>;
type EventOfUnit = OutputOf<typeof endpoints.listInstanceEvents>['events'][number];

interface Owner {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
}

/** What stands between a Pod and a unit's object. */
const between: Record<string, { group: string; version: string; plural: string }> = {
  'apps/v1/ReplicaSet': { group: 'apps', version: 'v1', plural: 'replicasets' },
  'batch/v1/Job': { group: 'batch', version: 'v1', plural: 'jobs' },
};
const podResource = { group: '', version: 'v1', plural: 'pods' };
const eventResource = { group: '', version: 'v1', plural: 'events' };
/** Names and owners only. */
const metadataOnly = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json;q=0.1';
/** An owner does not change hands; so long it need not be asked again. */
const keptMs = 60_000;
const mostKept = 5000;
const mostEvents = 500;

/** As a server sends it. */
type MetKubernetesObject = { metadata: { name: string; uid: string; resourceVersion: string } };

/** Pods of units: theirs by the uids of their owners, up to an object of the unit's inventory. */
export class UnitPods {
  readonly #units: ReconcileUnits;
  readonly #registry: ClusterRegistry;
  /** Who controls an object, by its uid; of a thousand Pods of one ReplicaSet all ask for the same. */
  readonly #controllers = new Map<string, { owner: Promise<Owner | null>; until: number }>();

  constructor(database: Database, registry: ClusterRegistry) {
    this.#units = new ReconcileUnits(database, 0);
    this.#registry = registry;
  }

  /**
   * Whether a Pod is the unit's; false also where there is no such Pod, or it has another uid. Rejects with KubeError where
   * the cluster cannot be asked.
   */
  async owns(unit: UnitRef, pod: { name: string; uid?: string }): Promise<boolean> {
    const connection = this.#registry.byId(unit.clusterId)?.connection;
    const own = await this.#ownUids(unit);
    if (connection === undefined || own.size === 0) return false;
    const { namespace } = unit;
    const found = await metadataOf(connection, { ...podResource, namespace, name: pod.name });
    if (found === null || (pod.uid !== undefined && found.uid !== pod.uid)) return false;
    return this.#leadsTo(connection, namespace, found.owner, own);
  }

  /** The unit's Pods, or those of them that a selector takes. Rejects with KubeError; AppError `notFound` without the cluster. */
  async pods(unit: UnitRef, labelSelector = selectorOf(unit)): Promise<PodList> {
    const asOf = new Date().toISOString();
    const found = await this.wholePods(unit, labelSelector);
    const { connection } = this.#handleOf(unit);
    const events = await podEvents(connection, unit.namespace, found);
    const pods = found.map((pod) => podOfUnit(pod, events));
    return { pods: pods.toSorted((a, b) => (a.name < b.name ? -1 : 1)), asOf };
  }

  /** As {@link pods}, whole. */
  async wholePods(unit: UnitRef, labelSelector = selectorOf(unit)): Promise<Pod[]> {
    const { connection } = this.#handleOf(unit);
    const own = await this.#ownUids(unit);
    if (own.size === 0) return [];
    const { namespace } = unit;
    const ref = { ...podResource, namespace };
    const { items } = await listObjects<Pod & MetKubernetesObject>(connection, ref, {
      labelSelector,
      kind: 'Pod',
      withoutManagedFields: true,
    });
    const answers = await Promise.all(
      items.map((pod) => this.#leadsTo(connection, namespace, ownerOf(pod), own)),
    );
    return items.filter((_pod, index) => answers[index]);
  }

  /** What happened to the unit's objects, to what they made, and to its Pods; the newest first. */
  async events(unit: UnitRef): Promise<EventOfUnit[]> {
    const { connection } = this.#handleOf(unit);
    const uids = new Set(await this.#ownUids(unit));
    for (const pod of await this.wholePods(unit)) {
      uids.add(pod.metadata?.uid ?? '');
      const owner = ownerOf(pod);
      if (owner !== null) uids.add(owner.uid);
    }
    uids.delete('');
    const events: EventOfUnit[] = [];
    const ref = { ...eventResource, namespace: unit.namespace };
    await eachObject(connection, ref, (event) => {
      if (
        isRecord(event) &&
        isRecord(event['involvedObject']) &&
        uids.has(String(event['involvedObject']['uid']))
      )
        events.push(eventOf(event));
    });
    const newest = events.toSorted((a, b) => (b.lastSeen ?? '').localeCompare(a.lastSeen ?? ''));
    return newest.slice(0, mostEvents);
  }

  #handleOf({ clusterId }: UnitRef): ClusterHandle {
    const handle = this.#registry.byId(clusterId);
    if (handle === undefined) throw new AppError('notFound');
    return handle;
  }

  async #ownUids(unit: UnitRef): Promise<Set<string>> {
    const row = await this.#units.find(unit);
    return new Set(row?.objects.flatMap(({ uid }) => uid ?? []));
  }

  async #leadsTo(
    connection: ClusterConnection,
    namespace: string,
    first: Owner | null,
    own: ReadonlySet<string>,
  ): Promise<boolean> {
    let owner = first;
    for (let step = 0; owner !== null && step < 3; step += 1) {
      if (own.has(owner.uid)) return true;
      owner = await this.#controllerOf(connection, namespace, owner);
    }
    return false;
  }

  #controllerOf(connection: ClusterConnection, namespace: string, object: Owner): Promise<Owner | null> {
    const known = this.#controllers.get(object.uid);
    if (known !== undefined && known.until > performance.now()) return known.owner;
    const owner = controllerOf(connection, namespace, object);
    if (this.#controllers.size >= mostKept) this.#controllers.clear();
    this.#controllers.set(object.uid, { owner, until: performance.now() + keptMs });
    // what was not answered is asked again
    owner.catch(() => this.#controllers.delete(object.uid));
    return owner;
  }
}

async function controllerOf(
  connection: ClusterConnection,
  namespace: string,
  { apiVersion, kind, name, uid }: Owner,
): Promise<Owner | null> {
  const is = `${apiVersion}/${kind}`;
  const resource = Object.hasOwn(between, is) ? between[is] : undefined;
  if (resource === undefined) return null;
  const found = await metadataOf(connection, { ...resource, namespace, name });
  // another of the same name says nothing about it
  return found?.uid === uid ? found.owner : null;
}

function selectorOf({ kind, ownerId }: UnitRef): string {
  return `${ownerLabels[kind]}=${ownerId}`;
}

async function metadataOf(
  connection: ClusterConnection,
  ref: PathRef,
): Promise<{ uid: string; owner: Owner | null } | null> {
  try {
    const found = await connection.json<KubernetesObject>({ path: apiPath(ref), accept: metadataOnly });
    return { uid: found.metadata?.uid ?? '', owner: ownerOf(found) };
  } catch (error) {
    if (error instanceof KubeError && (error.is(404) || error.reason === 'invalidName')) return null;
    throw error;
  }
}

function ownerOf({ metadata }: KubernetesObject): Owner | null {
  const owner = metadata?.ownerReferences?.find(({ controller }) => controller === true);
  if (owner === undefined) return null;
  const { apiVersion, kind, name, uid } = owner;
  return { apiVersion, kind, name, uid };
}

function eventOf(event: Record<string, unknown>): EventOfUnit {
  const text = (value: unknown) => (typeof value === 'string' ? value : '');
  const series = isRecord(event['series']) ? event['series'] : {};
  const about = isRecord(event['involvedObject']) ? event['involvedObject'] : {};
  const times = [series['lastObservedTime'], event['lastTimestamp'], event['eventTime']].map(text);
  const count = [series['count'], event['count']].find((value) => typeof value === 'number') ?? 1;
  return {
    type: text(event['type']),
    reason: text(event['reason']),
    message: text(event['message']),
    object: `${text(about['kind'])}/${text(about['name'])}`,
    count: Number(count),
    lastSeen: times.find((time) => time !== '') ?? null,
  };
}
