import type { InputOf, writeEndpoints } from '@pilothouse/contract';
import {
  applyObject,
  createObject,
  deleteObject,
  patchObject,
  replaceObject,
  type FieldConflict,
} from '@pilothouse/kube';
import { AppError } from '../../http/app-error.ts';
import { namespaceOf, servedKind, type FindCluster } from './resource-cluster.ts';
import { agreeing, refusal } from './written-object.ts';
import { holdsSecrets, patchWithValues, refuseMasks, withValues } from './written-secret.ts';
import { refOf, type Outcome, type Written, type WriteRun, type Writer } from './writer.ts';

type CreateCall = InputOf<typeof writeEndpoints.createResource>;
type ReplaceCall = InputOf<typeof writeEndpoints.replaceResource>;
type PatchCall = InputOf<typeof writeEndpoints.patchResource>;
type Patch = Exclude<PatchCall['body'], { type: 'apply' }>;
type Apply = Extract<PatchCall['body'], { type: 'apply' }>;

/** Single objects by the endpoints of the contract. Rejects with AppError or KubeError. */
export class WriteDoor {
  readonly #find: FindCluster;
  readonly #writer: Writer;

  constructor(find: FindCluster, writer: Writer) {
    this.#find = find;
    this.#writer = writer;
  }

  async create({ params, query, body }: CreateCall, run: WriteRun): Promise<Outcome> {
    const kind = await servedKind(this.#find, params);
    const at = 'body.object';
    if (body.object.metadata.resourceVersion !== undefined)
      throw refusal(at, 'metadata.resourceVersion', 'what is created has none yet');
    const { object, ...place } = await agreeing(body.object, { kind, namespace: params.namespace, at });
    if (holdsSecrets(kind)) refuseMasks(object, at);
    return this.#writer.write(run, query, {
      place,
      verb: 'create',
      document: object,
      method: 'POST',
      send: (connection, options) => createObject<Written>(connection, refOf(place), object, options),
    });
  }

  async replace({ params, query, body }: ReplaceCall, run: WriteRun): Promise<Outcome> {
    const kind = await servedKind(this.#find, params);
    const { namespace, name } = params;
    const at = 'body.object';
    const { resourceVersion, uid } = body.object.metadata;
    if (!resourceVersion)
      throw refusal(at, 'metadata.resourceVersion', 'it says which version is to be replaced');
    const { object, ...place } = await agreeing(body.object, { kind, namespace, name, at });
    return this.#writer.write(run, query, {
      place,
      verb: 'replace',
      name,
      document: object,
      method: 'PUT',
      expected: { resourceVersion, uid },
      send: (connection, options, before) => {
        const whole = holdsSecrets(kind) ? withValues(object, before, { at, keepAnnotations: true }) : object;
        return replaceObject<Written>(connection, { ...refOf(place), name }, whole, options);
      },
    });
  }

  async patch({ params, query, body }: PatchCall, run: WriteRun): Promise<Outcome> {
    return body.type === 'apply'
      ? this.#apply({ params, query, body }, run)
      : this.#patch({ params, query, body }, run);
  }

  /** Deletes the object of this uid, dependents in the background; where `agrees` is given, the version it was told. */
  async remove(params: PatchCall['params'], uid: string, run: WriteRun): Promise<void> {
    const kind = await servedKind(this.#find, params);
    const { name } = params;
    const place = { kind, resource: kind.resource, namespace: namespaceOf(kind, params.namespace) };
    await this.#writer.write<Written | null>(
      run,
      { dryRun: false, fieldValidation: 'Strict' },
      {
        place,
        verb: 'delete',
        name,
        method: 'DELETE',
        send: async (connection, { auditId, signal, resourceVersion }) => {
          const bound = { uid, ...(resourceVersion !== undefined && { resourceVersion }) };
          const call = { auditId, ...bound, ...(signal && { signal }) };
          const ref = { ...refOf(place), name };
          const answer = await deleteObject(connection, ref, { propagationPolicy: 'Background', ...call });
          return answer.kind === 'Status' ? null : (answer as Written);
        },
      },
    );
  }

  async #patch({ params, query, body }: PatchCall & { body: Patch }, run: WriteRun): Promise<Outcome> {
    const kind = await servedKind(this.#find, params);
    const { name } = params;
    const place = { kind, resource: kind.resource, namespace: namespaceOf(kind, params.namespace) };
    const { resourceVersion, uid, type } = body;
    return this.#writer.write(run, query, {
      place,
      verb: 'patch',
      name,
      method: 'PATCH',
      expected: { resourceVersion, uid },
      send: (connection, options, before) => {
        const patch = guarded(holdsSecrets(kind) ? patchWithValues(body, before) : body, {
          namespace: place.namespace,
          name,
        });
        return patchObject<Written>(connection, { ...refOf(place), name }, patch, { ...options, type });
      },
    });
  }

  async #apply({ params, query, body }: PatchCall & { body: Apply }, run: WriteRun): Promise<Outcome> {
    const kind = await servedKind(this.#find, params);
    const { namespace, name } = params;
    const at = 'body.object';
    const { object, ...place } = await agreeing(body.object, { kind, namespace, name, at });
    const { force } = body;
    return this.#writer.write(run, query, {
      place,
      verb: 'apply',
      name,
      method: 'PATCH',
      creates: true,
      document: object,
      ...(object.metadata.resourceVersion !== undefined && {
        expected: { resourceVersion: object.metadata.resourceVersion, uid: object.metadata.uid },
      }),
      send: async (connection, { resourceVersion, ...options }, before) => {
        const whole = holdsSecrets(kind)
          ? withValues(object, before, { at, keepAnnotations: false })
          : object;
        const document =
          resourceVersion === undefined
            ? whole
            : { ...whole, metadata: { ...whole.metadata, resourceVersion } };
        const applied = await applyObject<Written>(connection, { ...refOf(place), name }, document, {
          ...options,
          fieldManager: 'pilothouse-apply',
          force,
        });
        if ('object' in applied) return applied.object;
        throw applyConflict(applied.conflicts);
      },
    });
  }
}

function applyConflict(conflicts: FieldConflict[]): AppError {
  const managers = [...new Set(conflicts.map(({ manager }) => manager ?? '?'))].join(', ');
  return new AppError('applyConflict', { managers }, undefined, { conflicts, clusterCode: 409 });
}

/** The patch with its preconditions in it; a patch that would be another object's is refused. */
function guarded(
  { type, patch, resourceVersion, uid }: Patch,
  { namespace, name }: { namespace: string | undefined; name: string },
): unknown {
  const preconditions = { resourceVersion, ...(uid !== undefined && { uid }) };
  // last, so that nothing in the patch undoes them
  if (type === 'json')
    return [
      ...patch,
      ...Object.entries(preconditions).map(([key, value]) => ({
        op: 'add',
        path: `/metadata/${key}`,
        value,
      })),
    ];
  const { metadata = {} } = patch;
  if (typeof metadata !== 'object' || metadata === null || Array.isArray(metadata))
    throw refusal('body.patch', 'metadata', 'this is a mapping');
  for (const [key, own] of [
    ['name', name],
    ['namespace', namespace],
  ] as const) {
    const value = (metadata as Record<string, unknown>)[key];
    if (value !== undefined && value !== own)
      throw refusal('body.patch', `metadata.${key}`, 'a patch cannot move an object');
  }
  return { ...patch, metadata: { ...metadata, ...preconditions } };
}
