import { deleteObject, getObject, patchObject, scaleObject, type DeleteOptions } from '@pilothouse/kube';
import type { Write, Writer, WriteRun } from '../writer.ts';
import type { ActionSubject, WholeObject } from './action-implementation.ts';

/** In whose name an object is written, and how that is called in its history. */
export interface SubjectWrite extends WriteRun {
  verb: string;
  dryRun: boolean;
  /** Told what the cluster warns of. */
  onWarnings: ((warnings: string[]) => void) | undefined;
}

type Patch = Record<string, unknown> | readonly object[];
type Sending<T extends WholeObject | null> = Pick<Write<T>, 'method' | 'subresource' | 'isFleeting' | 'send'>;

/**
 * How an action writes the object it is done to, and the only way: through the writer, which holds every write to dry
 * run, escalation rule and history. Rejects with AppError or KubeError.
 */
export class SubjectWriter {
  readonly #writer: Writer;
  readonly #subject: ActionSubject;
  readonly #how: SubjectWrite;

  constructor(writer: Writer, subject: ActionSubject, how: SubjectWrite) {
    this.#writer = writer;
    this.#subject = subject;
    this.#how = how;
  }

  /** Patches it; an array is a JSON patch. Answers with the object as the cluster left it. */
  patch(patch: Patch, type: 'merge' | 'strategic' = 'merge'): Promise<WholeObject> {
    return this.#write({
      method: 'PATCH',
      send: (connection, { resourceVersion, ...options }) =>
        patchObject<WholeObject>(connection, this.#subject.ref, boundTo(resourceVersion, patch), {
          ...options,
          type: Array.isArray(patch) ? 'json' : type,
        }),
    });
  }

  /** Scales it by its scale subresource. Another count than `currentReplicas` is KubeError `api`, 409. */
  scale(replicas: number, currentReplicas: number | undefined): Promise<WholeObject> {
    const { ref, signal } = this.#subject;
    return this.#write({
      method: 'PUT',
      subresource: 'scale',
      send: async (connection, { resourceVersion: _none, ...options }, before) => {
        const only = currentReplicas !== undefined && { currentReplicas };
        await scaleObject(connection, ref, replicas, { ...options, ...only });
        const { spec, ...rest } = before as unknown as WholeObject & { spec?: object };
        if (options.dryRun) return { ...rest, spec: { ...spec, replicas } };
        return getObject<WholeObject>(connection, ref, signal ? { signal } : {});
      },
    });
  }

  /** Deletes it. Answers with the object while it is terminating, with null once it is gone. */
  delete(
    options: Pick<DeleteOptions, 'gracePeriodSeconds' | 'propagationPolicy'>,
  ): Promise<WholeObject | null> {
    const { ref, uid, kind } = this.#subject;
    return this.#write<WholeObject | null>({
      method: 'DELETE',
      isFleeting: kind.descriptor.isFleeting,
      send: async (connection, { auditId, signal, dryRun }) => {
        const call = { auditId, dryRun, ...(signal && { signal }), ...(uid !== undefined && { uid }) };
        const answer = await deleteObject(connection, ref, { ...options, ...call });
        return answer.kind === 'Status' ? null : (answer as WholeObject);
      },
    });
  }

  async #write<T extends WholeObject | null>(sending: Sending<T>): Promise<T> {
    const { kind, ref } = this.#subject;
    const { verb, dryRun, onWarnings, ...run } = this.#how;
    const place = { kind, resource: kind.resource, namespace: ref.namespace };
    const query = { dryRun, fieldValidation: 'Strict' as const };
    const write = { ...sending, place, verb, name: ref.name };
    const { object, warnings } = await this.#writer.write<T>(run, query, write);
    if (warnings.length > 0) onWarnings?.(warnings);
    return object;
  }
}

/** The patch, for this version only where one is given. */
function boundTo(resourceVersion: string | undefined, patch: Patch): unknown {
  if (resourceVersion === undefined) return patch;
  if (Array.isArray(patch))
    return [...patch, { op: 'add', path: '/metadata/resourceVersion', value: resourceVersion }];
  const { metadata, ...rest } = patch as { metadata?: object };
  return { ...rest, metadata: { ...metadata, resourceVersion } };
}
