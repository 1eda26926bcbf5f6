import type { InputOf, OutputOf, writeEndpoints } from '@pilothouse/contract';
import {
  applyObject,
  createObject,
  declaresDryRun,
  KubeError,
  patchObject,
  replaceObject,
  type ClusterConnection,
  type CollectionRef,
  type WriteCall,
  type WriteOptions,
} from '@pilothouse/kube';
import { AppError } from '../../http/app-error.ts';
import { fromKubeError } from '../../http/kube-error.ts';
import { namespaceOf, servedKind, type FindCluster } from './resource-cluster.ts';
import { agreeing, refusal, type WritePlace } from './written-object.ts';
import { holdsSecrets, patchWithValues, refuseMasks, shown, withValues } from './written-secret.ts';

type Written = OutputOf<typeof writeEndpoints.patchResource>['object'];
type Answer = OutputOf<typeof writeEndpoints.patchResource>;
type Query = InputOf<typeof writeEndpoints.patchResource>['query'];
type CreateCall = InputOf<typeof writeEndpoints.createResource>;
type ReplaceCall = InputOf<typeof writeEndpoints.replaceResource>;
type PatchCall = InputOf<typeof writeEndpoints.patchResource>;
type Patch = Exclude<PatchCall['body'], { type: 'apply' }>;
type Apply = Extract<PatchCall['body'], { type: 'apply' }>;

/** What goes along with the call to the cluster. A write is not given up because nobody waits for it any more. */
export interface WriteRun {
  auditId: string;
}

/** Writes single objects: what is refused here is refused before anything leaves. Rejects with AppError or KubeError. */
export class WriteDoor {
  readonly #find: FindCluster;

  constructor(find: FindCluster) {
    this.#find = find;
  }

  async create({ params, query, body }: CreateCall, run: WriteRun): Promise<Answer> {
    const kind = await servedKind(this.#find, params);
    const at = 'body.object';
    if (body.object.metadata.resourceVersion !== undefined)
      throw refusal(at, 'metadata.resourceVersion', 'what is created has none yet');
    const { object, ...place } = await agreeing(body.object, { kind, namespace: params.namespace, at });
    if (holdsSecrets(kind)) refuseMasks(object, at);
    return send(place, 'POST', query, run, (connection, ref, options) =>
      createObject<Written>(connection, ref, object, options),
    );
  }

  async replace({ params, query, body }: ReplaceCall, run: WriteRun): Promise<Answer> {
    const kind = await servedKind(this.#find, params);
    const { namespace, name } = params;
    const at = 'body.object';
    if (!body.object.metadata.resourceVersion)
      throw refusal(at, 'metadata.resourceVersion', 'which version is it to replace?');
    const { object, ...place } = await agreeing(body.object, { kind, namespace, name, at });
    const ref = { ...refOf(place), name };
    const whole = holdsSecrets(kind)
      ? await withValues(object, { kind, ref, at, keepAnnotations: true })
      : object;
    return send(place, 'PUT', query, run, (connection, _collection, options) =>
      replaceObject<Written>(connection, ref, whole, options).catch((error: unknown) =>
        Promise.reject(changedMeanwhile(error, name)),
      ),
    );
  }

  async patch({ params, query, body }: PatchCall, run: WriteRun): Promise<Answer> {
    return body.type === 'apply'
      ? this.#apply({ params, query, body }, run)
      : this.#patch({ params, query, body }, run);
  }

  async #patch({ params, query, body }: PatchCall & { body: Patch }, run: WriteRun): Promise<Answer> {
    const kind = await servedKind(this.#find, params);
    const { resource } = kind;
    const namespace = namespaceOf(kind, params.namespace);
    const { name } = params;
    const place = { kind, resource, namespace };
    const ref = { ...refOf(place), name };
    const patch = guarded(holdsSecrets(kind) ? await patchWithValues(body, kind, ref) : body, {
      namespace,
      name,
    });
    return send(place, 'PATCH', query, run, (connection, _collection, options) =>
      patchObject<Written>(connection, ref, patch, { ...options, type: body.type }).catch((error: unknown) =>
        Promise.reject(changedMeanwhile(error, name)),
      ),
    );
  }

  async #apply({ params, query, body }: PatchCall & { body: Apply }, run: WriteRun): Promise<Answer> {
    const kind = await servedKind(this.#find, params);
    const { namespace, name } = params;
    const at = 'body.object';
    const { object, ...place } = await agreeing(body.object, { kind, namespace, name, at });
    const { force } = body;
    const ref = { ...refOf(place), name };
    const document = holdsSecrets(kind)
      ? await withValues(object, { kind, ref, at, keepAnnotations: false })
      : object;
    return send(place, 'PATCH', query, run, async (connection, _collection, options) => {
      const applied = await applyObject<Written>(connection, ref, document, {
        ...options,
        fieldManager: 'pilothouse-apply',
        force,
      });
      if ('object' in applied) return applied.object;
      const { conflicts } = applied;
      const managers = [...new Set(conflicts.map(({ manager }) => manager ?? '?'))].join(', ');
      throw new AppError('applyConflict', { managers }, undefined, { conflicts, clusterCode: 409 });
    });
  }
}

type Send = (
  connection: ClusterConnection,
  collection: CollectionRef,
  options: WriteOptions,
) => Promise<Written>;

function refOf({ resource, namespace }: WritePlace): CollectionRef {
  const { group, version, plural } = resource;
  return { group, version, plural, ...(namespace !== undefined && { namespace }) };
}

async function send(
  place: WritePlace,
  method: WriteCall['method'],
  { dryRun, fieldValidation }: Query,
  { auditId }: WriteRun,
  sendIt: Send,
): Promise<Answer> {
  const { kind } = place;
  const { group, version, plural, namespaced } = place.resource;
  const { connection, openApi } = kind.cluster;
  if (dryRun && !(await declaresDryRun(openApi, { method, group, version, plural, namespaced })))
    throw new AppError('dryRunUnavailable', { verb: verbs[method], plural });
  const warnings: string[] = [];
  const object = await sendIt(connection, refOf(place), {
    auditId,
    dryRun,
    fieldValidation,
    onWarnings: (more) => warnings.push(...more),
  });
  return { object: shown(kind, object), warnings };
}

const verbs = { POST: 'create', PUT: 'update', PATCH: 'patch', DELETE: 'delete' };

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

/** The cluster's no to an old version, in our words; it says the same of a uid in two ways. */
function changedMeanwhile(error: unknown, what: string): unknown {
  if (!(error instanceof KubeError)) return error;
  const { status, statusObject } = error;
  const isOld = status === 409 && statusObject?.reason === 'Conflict' && statusObject.details?.name === what;
  const isOther =
    status === 422 && (statusObject?.details?.causes ?? []).some(({ field }) => field === 'metadata.uid');
  if (!isOld && !isOther) return error;
  return new AppError('changedMeanwhile', { what }, undefined, fromKubeError(error)?.details);
}
