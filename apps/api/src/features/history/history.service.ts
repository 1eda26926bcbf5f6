import type { historyEndpoints, InputOf, OutputOf } from '@pilothouse/contract';
import { isSecretKind, keptAnnotations, withoutServerFields, type KubernetesObject } from '@pilothouse/kinds';
import { AppError } from '../../http/app-error.ts';
import type { EntryRow, ObjectHistoryRepository } from './object-history.repository.ts';
import { unpackImage, type ObjectPlace } from './object-image.ts';

type ObjectParams = InputOf<typeof historyEndpoints.listHistory>['params'];
type EntryCall = InputOf<typeof historyEndpoints.getHistoryEntry>;
type Answer<K extends keyof typeof historyEndpoints> = OutputOf<(typeof historyEndpoints)[K]>;
type WholeObject = Answer<'prepareRestore'>['object'];

export interface HistoryServiceOptions {
  rows: ObjectHistoryRepository;
  /** The id of a registered cluster. */
  clusterIdOf: (name: string) => string | undefined;
  /** Reads an object now, as it may be shown; null where it is gone. */
  readObject: (params: ObjectParams, signal: AbortSignal) => Promise<WholeObject | null>;
}

/** What was written to objects, as people read it; the rights are asked before. */
export class HistoryService {
  readonly #options: HistoryServiceOptions;

  constructor(options: HistoryServiceOptions) {
    this.#options = options;
  }

  async list(params: ObjectParams): Promise<Answer<'listHistory'>> {
    const rows = await this.#options.rows.list(this.#placeOf(params));
    return { items: rows.map(entryOf) };
  }

  async get({ params }: EntryCall): Promise<Answer<'getHistoryEntry'>> {
    const { entry, before, after } = await this.#find(params);
    return { ...entryOf(entry), before: await unpacked(before), after: await unpacked(after) };
  }

  /** Throws `secretNotRestorable`, or `noSuchImage` where the change made or removed the object. */
  async restore(
    { params, query }: InputOf<typeof historyEndpoints.prepareRestore>,
    signal: AbortSignal,
  ): Promise<Answer<'prepareRestore'>> {
    const { entry: _id, ...object } = params;
    if (isSecretKind(params.group, params.plural)) throw new AppError('secretNotRestorable');
    const found = await this.#find(params);
    const image = await unpacked(found[query.image]);
    if (image === null) throw new AppError('noSuchImage');
    const current = await this.#options.readObject(object, signal);
    return { object: onTodays(image, current), current };
  }

  async #find(params: ObjectParams & { entry: string }) {
    const found = await this.#options.rows.find(this.#placeOf(params), params.entry);
    if (found === undefined) throw new AppError('notFound');
    return found;
  }

  #placeOf({ cluster, group, plural, namespace, name }: ObjectParams): ObjectPlace {
    const clusterId = this.#options.clusterIdOf(cluster);
    if (clusterId === undefined) throw new AppError('notFound');
    return {
      clusterId,
      group: group === 'core' ? '' : group,
      plural,
      namespace: namespace === '_' ? '' : namespace,
      name,
    };
  }
}

function entryOf({ id, at, username, verb, auditId, uid, endedAt }: EntryRow) {
  const outcome = endedAt === null ? ('unknown' as const) : ('written' as const);
  return { id, at: at.toISOString(), user: username, verb, auditId, uid, outcome };
}

async function unpacked(packed: Uint8Array | null): Promise<WholeObject | null> {
  return packed === null ? null : ((await unpackImage(packed)) as WholeObject);
}

/** As somebody would write it, on the version of today; what kubectl and controllers keep of their own stays as it is today. */
function onTodays(image: WholeObject, current: WholeObject | null): WholeObject {
  const written = withoutServerFields(image as KubernetesObject) as WholeObject;
  if (current === null) return written;
  const { resourceVersion, uid, annotations } = current.metadata as {
    resourceVersion?: string;
    uid?: string;
    annotations?: Record<string, string>;
  };
  const kept = Object.entries(annotations ?? {}).filter(([key]) =>
    (keptAnnotations as readonly string[]).includes(key),
  );
  const own = {
    ...(written.metadata['annotations'] as object | undefined),
    ...Object.fromEntries(kept),
  };
  return {
    ...written,
    metadata: {
      ...written.metadata,
      ...(Object.keys(own).length > 0 && { annotations: own }),
      resourceVersion,
      uid,
    },
  };
}
