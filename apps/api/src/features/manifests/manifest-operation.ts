import { setTimeout as sleep } from 'node:timers/promises';
import { isRecord, parseExactJson } from '@pilothouse/kinds';
import {
  KubeError,
  waitFor,
  type ClusterConnection,
  type KeptDiscovery,
  type KubernetesObject,
} from '@pilothouse/kube';
import { z } from 'zod';
import { AppError } from '../../http/app-error.ts';
import { toAppError } from '../../http/error-handler.ts';
import type {
  ItemAudit,
  ItemOutcome,
  ItemRun,
  OperationHandler,
  OperationScope,
} from '../../operations/operation-handler.ts';
import { isDefinition } from './locate-manifest.ts';
import { objectOf, rightsOf } from './manifest-rights.ts';
import { targetOf } from './manifest-target.ts';
import type { ObjectDoor, WholeObject, Writing, Written } from './object-door.ts';

export const manifestsKind = 'manifests.apply';

const input = z.strictObject({ fieldValidation: z.enum(['Strict', 'Warn']), force: z.boolean() });
export const manifestItem = z.strictObject({
  kind: z.strictObject({
    group: z.string(),
    version: z.string(),
    plural: z.string(),
    kind: z.string(),
    namespaced: z.boolean(),
  }),
  namespace: z.string().nullable(),
  /** Of what the cluster was to name it was drawn at submit, so that a repeated attempt makes no second one. */
  name: z.string(),
  isGenerated: z.boolean(),
  /** What the plan was made against. */
  target: z.string(),
  turn: z.number().int(),
  /** JSON, with all digits. */
  document: z.string(),
});
export type ManifestInput = z.output<typeof input>;
export type ManifestItem = z.output<typeof manifestItem>;

export interface ManifestCluster {
  id: string;
  connection: ClusterConnection;
  discovery: Pick<KeptDiscovery, 'renew'>;
}

/** Objects of a turn that are applied at once. */
const concurrency = 6;
/** How often the object's status may get in between reading and applying. */
const attempts = 5;
/** A kind is established within moments; a namespace gets its ServiceAccount. */
const establishedMs = 60_000;
const readyMs = 5000;
const servedMs = 20_000;

/** Documents applied turn by turn; each has a result and an audit row of its own. */
export function manifestHandler(
  door: ObjectDoor,
  find: (name: string) => ManifestCluster | undefined,
): OperationHandler<ManifestInput, ManifestItem> {
  return {
    input,
    item: manifestItem,
    sealed: true,
    concurrency,
    turnOf: ({ turn }) => turn,
    requirements: ({ cluster }, item) => requirementsOf(cluster?.name ?? '', item),
    audit: ({ cluster, input: { force } }, item) => auditOf(cluster?.name, item, force),
    run: async (run) => (await applyManifest(door, find, run)).outcome,
  };
}

/** What applying a document needs. */
export function requirementsOf(cluster: string, { kind, namespace, name, isGenerated }: ManifestItem) {
  return rightsOf(cluster, { kind, namespace, name: isGenerated ? null : name });
}

/** The audit row of applying a document. */
export function auditOf(
  cluster: string | undefined,
  { kind, namespace, name, isGenerated }: ManifestItem,
  force: boolean,
): ItemAudit {
  return {
    code: isGenerated ? 'resource.create' : 'resource.patch',
    target: {
      ...(cluster !== undefined && { cluster }),
      resource: `k8s/${kind.group === '' ? 'core' : kind.group}/${kind.plural}`,
      name,
      ...(namespace !== null && { namespace }),
    },
    params: { type: isGenerated ? 'create' : 'apply', ...(force && { force }) },
  };
}

/** One document's turn, in whatever operation. */
type Run = Pick<ItemRun<ManifestInput, ManifestItem>, 'item' | 'auditId' | 'signal' | 'step' | 'wait'> & {
  operation: Pick<OperationScope<ManifestInput>, 'input' | 'cluster' | 'actor'>;
};

/** How it ended, and the object as the cluster has it now. */
interface Applied {
  outcome: ItemOutcome;
  object: WholeObject | null;
}

/** Applies one document, and waits until others can use what it made. */
export async function applyManifest(
  door: ObjectDoor,
  find: (name: string) => ManifestCluster | undefined,
  run: Run,
): Promise<Applied> {
  const { cluster } = run.operation;
  const found = find(cluster?.name ?? '');
  // a cluster registered again under the same name is another cluster
  if (found === undefined || found.id !== cluster?.id) throw new AppError('notFound');
  const applied = run.item.isGenerated ? await create(door, run) : await apply(door, run);
  await run.wait(usable(found, run));
  return applied;
}

function writingOf({ operation: { actor }, auditId }: Run): Writing {
  return { subject: { userId: actor.userId ?? '', username: actor.username }, auditId };
}

function documentOf({ item: { document } }: Run): DocumentObject {
  return parseExactJson(document) as DocumentObject;
}
type DocumentObject = { apiVersion: string; kind: string; metadata: Record<string, unknown> };

async function create(door: ObjectDoor, run: Run): Promise<Applied> {
  const { item: one, operation } = run;
  const { name: _none, ...params } = objectOf(operation.cluster?.name ?? '', one);
  const document = documentOf(run);
  const object = { ...document, metadata: { ...document.metadata, name: one.name } };
  const query = { dryRun: false, fieldValidation: operation.input.fieldValidation };
  let made: WholeObject | null;
  try {
    made = (await door.create({ params, query, body: { object } }, writingOf(run))).object;
  } catch (error) {
    // an earlier attempt made it: nobody else knows the name
    if (!(error instanceof KubeError) || error.statusObject?.reason !== 'AlreadyExists') throw error;
    made = await door.read({ ...params, name: one.name }, run.signal);
  }
  const outcome = { code: 'created', params: { name: one.name }, clusterStatus: 201 };
  return { outcome: { state: 'succeeded', ...outcome }, object: made };
}

async function apply(door: ObjectDoor, run: Run): Promise<Applied> {
  for (let attempt = 1; ; attempt += 1) {
    let before: WholeObject | null = null;
    let isMeant = true;
    const agrees = (object: WholeObject | null) => {
      before = object;
      isMeant = targetOf(object) === run.item.target;
      return isMeant;
    };
    try {
      const { object, isUnchanged } = await send(door, run, { dryRun: false, agrees });
      if (before === null)
        return { outcome: { state: 'succeeded', code: 'created', clusterStatus: 201 }, object };
      const outcome: ItemOutcome = isUnchanged
        ? { state: 'skipped', code: 'alreadySo', clusterStatus: 200 }
        : { state: 'succeeded', code: 'configured', clusterStatus: 200 };
      return { outcome, object };
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'changedMeanwhile') throw error;
      const same = !isMeant && before !== null ? await unchangedBy(door, run) : null;
      if (same !== null) return { outcome: { state: 'skipped', code: 'alreadySo' }, object: same };
      // what was meant is there in another version: its status has changed
      if (!isMeant || attempt === attempts) throw error;
    }
  }
}

/** The object, where applying would change nothing: then an earlier attempt of ours has changed it. */
async function unchangedBy(door: ObjectDoor, run: Run): Promise<Written['object'] | null> {
  try {
    const { object, isUnchanged } = await send(door, run, { dryRun: true });
    return isUnchanged ? object : null;
  } catch (error) {
    if (toAppError(error).code === 'applyConflict') return null;
    throw error;
  }
}

function send(
  door: ObjectDoor,
  run: Run,
  { dryRun, agrees }: { dryRun: boolean; agrees?: Writing['agrees'] },
) {
  const { fieldValidation, force } = run.operation.input;
  const params = objectOf(run.operation.cluster?.name ?? '', run.item);
  const body = { type: 'apply' as const, object: documentOf(run), force };
  const call = { params, query: { dryRun, fieldValidation }, body };
  return door.patch(call, { ...writingOf(run), ...(agrees && { agrees }) });
}

/** Waits until others of the text can use what was made. */
async function usable({ connection, discovery }: ManifestCluster, run: Run): Promise<void> {
  const { kind, name } = run.item;
  const { group, version, plural } = kind;
  if (isDefinition(group, kind.kind)) {
    await run.step('waitingForKind');
    const call = { deadlineMs: establishedMs, signal: run.signal };
    await waitFor(connection, { group, version, plural, name }, isEstablished, call);
    await served(discovery, name, run.signal);
  } else if (group === '' && kind.kind === 'Namespace') {
    const ref = { group: '', version: 'v1', plural: 'serviceaccounts', namespace: name, name: 'default' };
    // pods need it, others do not: whoever does will be told
    await waitFor(connection, ref, (account) => account !== null, {
      deadlineMs: readyMs,
      signal: run.signal,
    }).catch(() => undefined);
  }
}

/** The cluster tells of a new kind a moment after it has it; objects that come sooner are not lost, but refused. */
async function served(
  discovery: ManifestCluster['discovery'],
  name: string,
  signal: AbortSignal,
): Promise<void> {
  const [plural = '', ...group] = name.split('.');
  const until = performance.now() + servedMs;
  while (performance.now() < until) {
    if ((await discovery.renew()).find(group.join('.'), plural) !== undefined) return;
    await sleep(500, undefined, { signal });
  }
}

function isEstablished(definition: KubernetesObject | null): boolean {
  const { conditions } = ((definition as { status?: unknown } | null)?.status ?? {}) as {
    conditions?: unknown;
  };
  return (
    Array.isArray(conditions) &&
    conditions.some((each) => isRecord(each) && each['type'] === 'Established' && each['status'] === 'True')
  );
}
