import type { InputOf, OutputOf, writeEndpoints } from '@pilothouse/contract';
import { sameValue } from '@pilothouse/kinds';
import {
  getObject,
  KubeError,
  type ClusterConnection,
  type CollectionRef,
  type WriteCall,
  type WriteOptions,
} from '@pilothouse/kube';
import type { Subject } from '../../authz/authoriser.ts';
import { AppError } from '../../http/app-error.ts';
import { fromKubeError } from '../../http/kube-error.ts';
import type { EscalationGuard } from './escalation/escalation-guard.ts';
import type { ObjectChange, ObjectHistory } from '../../clusters/object-history.ts';
import { requireDryRun } from './require-dry-run.ts';
import type { WritePlace } from './written-object.ts';
import { shown } from './written-secret.ts';

export type Written = OutputOf<typeof writeEndpoints.patchResource>['object'];

/** What a write came to. */
export interface Outcome<T = Written> {
  /** As it may be shown. */
  object: T;
  /** The cluster's own. */
  warnings: string[];
  /** It is what it was; in a dry run, but for who owns which field. */
  isUnchanged: boolean;
}

type Query = InputOf<typeof writeEndpoints.patchResource>['query'];

/** Who writes. A write is not given up because nobody waits for it any more. */
export interface WriteRun {
  subject: Subject & { username: string };
  /** Goes out as `Audit-ID` with the changing call. */
  auditId: string;
  /** Gives it up: an operation's, that has lost its lease. */
  signal?: AbortSignal;
  /**
   * Told what is there, as it may be shown, before it is written or tried out; null where nothing is. False: it is not
   * what was meant, and `changedMeanwhile`. What is written then is that version, or nothing.
   */
  agrees?: (before: Written | null) => boolean;
}

/** An object before a write. */
export interface Before {
  metadata: { name: string; resourceVersion: string; uid: string };
}

/** One write, up to the call that does it. */
export interface Write<T extends Written | null = Written> {
  place: WritePlace;
  /** What it is called in the object's history: `create`, `replace`, `patch`, `apply`, or an action's id. */
  verb: string;
  method: WriteCall['method'];
  subresource?: string;
  /** Absent where the object is created. */
  name?: string;
  /** Of an apply: what is not there is created. */
  creates?: boolean;
  /** The whole object, where that is what is sent. */
  document?: object;
  /** The version it was made for; any other is `changedMeanwhile`. */
  expected?: { resourceVersion: string; uid: string | undefined };
  /** Of what comes and goes by thousands, and is only deleted here: no history is kept. */
  isFleeting?: boolean;
  /**
   * Sends it; where `resourceVersion` is given, bound to that version. Called twice where the outcome has to be judged
   * first.
   */
  send(
    connection: ClusterConnection,
    options: WriteOptions & { resourceVersion?: string },
    before: Before | null,
  ): Promise<T>;
}

/** Does every write of single objects: held to version, escalation rule and dry run, answered without values of Secrets. */
export class Writer {
  readonly #escalation: EscalationGuard;
  readonly #history: ObjectHistory;

  constructor(escalation: EscalationGuard, history: ObjectHistory) {
    this.#escalation = escalation;
    this.#history = history;
  }

  /** Rejects with AppError or KubeError; then nothing was written, as far as the cluster answered. */
  async write<T extends Written | null>(
    run: WriteRun,
    { dryRun, fieldValidation }: Query,
    write: Write<T>,
  ): Promise<Outcome<T>> {
    const { place, name, expected, isFleeting = false } = write;
    const { connection } = place.kind.cluster;
    if (dryRun) await requireDryRun(place.kind.cluster, place.resource, write);
    const before = name === undefined || isFleeting ? null : await readBefore(write, name, run);
    if (expected && before && !isExpected(before, expected))
      throw new AppError('changedMeanwhile', { what: before.metadata.name });
    const warnings: string[] = [];
    const { auditId, signal, agrees } = run;
    if (agrees?.(before && shown(place.kind, before as Before & Written)) === false)
      throw new AppError('changedMeanwhile', { what: name ?? '' });
    const options = { auditId, dryRun, fieldValidation, ...(signal && { signal }) };
    try {
      const judged = await this.#judged(run, write, options, before);
      const { resourceVersion } = before?.metadata ?? {};
      const bound = agrees && !dryRun && resourceVersion !== undefined ? { resourceVersion } : judged;
      const kept = dryRun || isFleeting ? undefined : await this.#history.begin(changeOf(run, write, before));
      const object = await write
        .send(connection, { ...options, ...bound, onWarnings: (more) => warnings.push(...more) }, before)
        .catch(async (error: unknown) => {
          await kept?.failed(error);
          throw error;
        });
      await kept?.written(object);
      return { object: shown(place.kind, object), warnings, isUnchanged: isSame(before, object) };
    } catch (error) {
      throw expected === undefined && agrees === undefined ? error : changedMeanwhile(error, name ?? '');
    }
  }

  /**
   * Holds what the write would make of the object to the escalation rule, and returns what binds the write to what was
   * judged. What the cluster would make of it, the cluster is asked.
   */
  async #judged(
    { subject }: WriteRun,
    write: Write<Written | null>,
    options: WriteOptions,
    before: Before | null,
  ): Promise<{ resourceVersion?: string }> {
    const { kind, resource, namespace } = write.place;
    // what goes gives nothing
    if (write.method === 'DELETE') return {};
    if (!this.#escalation.judges({ resource, before, document: write.document ?? null })) return {};
    await requireDryRun(kind.cluster, resource, write);
    const after = await write.send(kind.cluster.connection, { ...options, dryRun: true }, before);
    if (after !== null)
      await this.#escalation.check({ subject, cluster: kind.cluster, resource, namespace, before, after });
    return before === null ? {} : { resourceVersion: before.metadata.resourceVersion };
  }
}

function changeOf(
  { subject, auditId }: WriteRun,
  write: Write<Written | null>,
  before: Before | null,
): ObjectChange {
  const { place, name, verb } = write;
  const { group, plural } = place.resource;
  const { cluster } = place.kind;
  return { verb, auditId, user: subject, cluster, group, plural, namespace: place.namespace, name, before };
}

async function readBefore(
  { place, creates }: Write<Written | null>,
  name: string,
  { signal }: WriteRun,
): Promise<Before | null> {
  const { connection } = place.kind.cluster;
  try {
    return await getObject<Before>(connection, { ...refOf(place), name }, signal ? { signal } : {});
  } catch (error) {
    if (creates && error instanceof KubeError && error.is(404)) return null;
    throw error;
  }
}

function isExpected({ metadata }: Before, { resourceVersion, uid }: NonNullable<Write['expected']>): boolean {
  return metadata.resourceVersion === resourceVersion && (uid === undefined || metadata.uid === uid);
}

/** A trial counts nobody's versions, and a write may change who owns a field only. */
function isSame(before: object | null, after: object | null): boolean {
  const kept = (object: object) => {
    const { metadata, ...rest } = object as { metadata: Record<string, unknown> };
    const { managedFields: _owners, resourceVersion: _version, generation: _generation, ...own } = metadata;
    return { ...rest, metadata: own };
  };
  return before !== null && after !== null && sameValue(kept(before), kept(after));
}

/** Where the objects of a write lie. */
export function refOf({ resource, namespace }: WritePlace): CollectionRef {
  const { group, version, plural } = resource;
  return { group, version, plural, ...(namespace !== undefined && { namespace }) };
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
