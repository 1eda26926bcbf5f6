import { isDeepStrictEqual } from 'node:util';
import { KubeError } from '@pilothouse/kube';
import { newId } from '../../db/ids.ts';
import { AppError } from '../../http/app-error.ts';
import type { ObjectChange, ObjectHistory, OpenChange } from '../../clusters/object-history.ts';
import type { ObjectHistoryRepository } from './object-history.repository.ts';
import { imageOf, packImage, type DigestKey, type ObjectPlace } from './object-image.ts';

/** So many writes of one object are kept. */
const mostEntries = 50;

interface Identified {
  metadata?: { name?: string; uid?: string; resourceVersion?: string };
}

/** Keeps what objects were before and after each write. */
export class HistoryRecorder implements ObjectHistory {
  readonly #rows: ObjectHistoryRepository;
  readonly #digestKey: () => DigestKey;
  readonly #onError: (error: unknown) => void;

  constructor(rows: ObjectHistoryRepository, digestKey: () => DigestKey, onError: (error: unknown) => void) {
    this.#rows = rows;
    this.#digestKey = digestKey;
    this.#onError = onError;
  }

  async begin(change: ObjectChange): Promise<OpenChange> {
    const { cluster, group, plural, namespace = '', name = '', before } = change;
    const id = newId();
    const place: ObjectPlace = { clusterId: cluster.id, group, plural, namespace, name };
    const { verb, user, auditId } = change;
    const uid = (before as Identified | null)?.metadata?.uid ?? null;
    try {
      const packed = before === null ? null : await this.#packed(before, place);
      await this.#rows.insert({ id, place, uid, verb, user, auditId, before: packed });
    } catch (cause) {
      throw new AppError('historyUnavailable', {}, undefined, { cause });
    }
    return {
      written: (after) => this.#written(id, place, before, after).catch(this.#onError),
      failed: (error) => this.#failed(id, error).catch(this.#onError),
    };
  }

  async #written(id: string, place: ObjectPlace, before: object | null, after: object | null): Promise<void> {
    if (before !== null && after !== null && isSame(before, after)) return this.#rows.delete(id);
    const { name = place.name, uid } = (after as Identified | null)?.metadata ?? {};
    const own = { ...place, name };
    const packed = after === null ? null : await this.#packed(after, own);
    const known = uid ?? (before as Identified | null)?.metadata?.uid ?? null;
    await this.#rows.end(id, { name, uid: known, after: packed });
    await this.#rows.keepLast(own, mostEntries);
  }

  /** Without an answer of the cluster nobody knows: then it stays. */
  async #failed(id: string, error: unknown): Promise<void> {
    const status = error instanceof KubeError ? error.status : undefined;
    const isRefused = error instanceof AppError || (status !== undefined && status < 500);
    if (isRefused) await this.#rows.delete(id);
  }

  #packed(object: object, place: ObjectPlace): Promise<Buffer> {
    return packImage(imageOf(object, place, this.#digestKey));
  }
}

/** A write that changes nothing leaves the version as it was. */
function isSame(before: Identified, after: Identified): boolean {
  const { resourceVersion, uid } = before.metadata ?? {};
  return (
    resourceVersion !== undefined &&
    isDeepStrictEqual([resourceVersion, uid], [after.metadata?.resourceVersion, after.metadata?.uid])
  );
}
