import { isRecord } from '@pilothouse/kinds';
import { guardSilence } from '../streams/guard-silence.ts';
import { checkJson, readObject } from '../transport/answer.ts';
import { apiPath, type PathRef } from '../transport/api-path.ts';
import type { ApiRequest, CallOptions, ClusterConnection } from '../transport/connection.ts';
import { KubeError } from '../transport/kube-error.ts';
import { networkError } from '../transport/network-error.ts';
import { isLarge, parseJson, parseLargeJson } from '../transport/parse-json.ts';
import { Work } from '../transport/work.ts';
import { endless } from './endless.ts';
import { kindCheck, type KindCheck } from './kind-check.ts';
import type { KubernetesObject, ListEnvelope } from './kubernetes-object.ts';
import { ListScanner } from './list-scanner.ts';
import type { Selection } from './selection.ts';
import { withoutManagedFields } from './without-managed-fields.ts';

/** Objects asked for at once, as kubectl does. */
const pageSize = 500;
/** More objects than this is no list but an attack, or a bug. */
const mostObjects = 500_000;
/** As many where the server does not say how many are left. */
const mostUncounted = 50_000;
/** A server counts what is left of a list that it has; so much more may come all the same. */
const countedWrong = 1.1;
/** Most milliseconds from the first page to the end: the rest of a list is not remembered for longer than some minutes. */
export const longestListMs = 180_000;
/** Objects from one look at the clock to the next. */
const clockEvery = 256;
/** Objects a page has on average, at least, once there were a few pages: a server may send less than asked for. */
const leastPage = 50;
const firstPages = 20;

/** Of what a list is, and what is left out of it. */
export interface ListOptions extends CallOptions, Selection {
  /** Lists of what is computed when it is asked for have no resourceVersion; then it is `''`. */
  versionless?: boolean;
  /** Told of items that are no objects, which are left out then; without it they fail the list. */
  malformed?: ((item: string) => void) | undefined;
  /** Milliseconds until a list that still goes on is given up. Default {@link longestListMs}. */
  listMs?: number | undefined;
}

/**
 * Lists objects page by page, all at one resourceVersion, and hands them over as they come: never more than one of
 * them is held as text. The deadline counts for a page's first byte, and then from object to object.
 * Resolves with the list's resourceVersion. Rejects with KubeError (`endless` where it brings more than the server said
 * there was, or goes on for too long; status 410 when the list outlived what the cluster
 * remembers), or with what `take` throws.
 */
export async function eachObject<T = KubernetesObject>(
  connection: ClusterConnection,
  ref: PathRef,
  take: (object: T) => void,
  options: ListOptions = {},
): Promise<string> {
  const {
    labelSelector,
    fieldSelector,
    versionless = false,
    withoutManagedFields: slim = false,
    integers,
    kind,
    malformed,
    listMs = longestListMs,
    ...call
  } = options;
  const check = kindCheck(ref, kind);
  const path = apiPath(ref);
  let token: string | undefined;
  let count = 0;
  let pages = 0;
  /** Objects there should be at most; undefined until the first page is there. */
  let most: number | undefined;
  const startedAt = performance.now();
  const isLate = () => performance.now() - startedAt > listMs;
  const failed = (error: unknown): undefined => {
    if (malformed === undefined) throw error;
    malformed(`#${count}`);
  };
  const read = (object: unknown): undefined => {
    if (!isRecord(object)) return failed(new KubeError('protocol', 'The list has an item that is no object'));
    check?.object(object);
    take(object as T);
  };
  const counted = (text: Buffer, work: Work): Promise<void> | undefined => {
    if (++count > (most ?? mostObjects) || (count % clockEvery === 0 && isLate()))
      throw endless(count, startedAt);
    const item = slim ? withoutManagedFields(text) : text;
    const how = [item, 'An item of the list', 'protocol', integers] as const;
    if (isLarge(item)) return work.all(parseLargeJson(...how)).then(read, failed);
    let object: unknown;
    try {
      object = parseJson(...how);
    } catch (error) {
      return failed(error);
    }
    return read(object);
  };
  for (;;) {
    const before = count;
    const query = { limit: pageSize, continue: token, labelSelector, fieldSelector };
    const { metadata } = await readPage(connection, { path, query }, counted, { ...call, check });
    const {
      resourceVersion = versionless ? '' : undefined,
      continue: next = '',
      remainingItemCount: left,
    } = metadata ?? {};
    if (typeof resourceVersion !== 'string')
      throw new KubeError('protocol', 'The list has no resourceVersion');
    if (next === '') return resourceVersion;
    pages += 1;
    const small = count < (pages - firstPages) * leastPage;
    most ??=
      typeof left === 'number'
        ? Math.min(mostObjects, (count + left) * countedWrong + pageSize)
        : mostUncounted;
    if (next === token || count === before || small || isLate()) throw endless(count, startedAt);
    token = next;
  }
}

/** Lists all objects there are; for lists that are known to be short, the others want a store. */
export async function listObjects<T = KubernetesObject>(
  connection: ClusterConnection,
  ref: PathRef,
  options: ListOptions = {},
): Promise<{ items: T[]; resourceVersion: string }> {
  const items: T[] = [];
  const resourceVersion = await eachObject<T>(connection, ref, (item) => items.push(item), options);
  return { items, resourceVersion };
}

async function readPage(
  connection: ClusterConnection,
  request: ApiRequest,
  take: (item: Buffer, work: Work) => Promise<void> | undefined,
  { check, ...call }: CallOptions & { check: KindCheck | undefined },
): Promise<ListEnvelope> {
  const timeoutMs = call.timeoutMs ?? connection.timeoutMs;
  const { headers, body } = await connection.stream(request, call);
  const silence = guardSilence(connection, body, { aliveCheckMs: timeoutMs / 2, idleMs: timeoutMs });
  const scanner = new ListScanner();
  let isBegun = false;
  try {
    checkJson(headers['content-type']);
    for await (const chunk of body as AsyncIterable<Buffer>) {
      await connection.processor.pause();
      const work = new Work(connection.processor);
      const items = scanner.push(chunk);
      if (items.length > 0 && !isBegun) {
        isBegun = true;
        // before anything of it is taken
        check?.list(scanner.begin(), false);
      }
      for (const item of items) {
        silence.heard();
        const taking = take(item, work);
        if (taking !== undefined) await taking;
        const turn = work.giveWay();
        if (turn !== undefined) await turn;
      }
      work.end(chunk.length);
    }
  } catch (error) {
    if (!silence.idle) throw networkError(error);
  } finally {
    silence.stop();
    body.destroy();
  }
  if (silence.idle) throw new KubeError('timeout', `No object within ${timeoutMs / 1000} s`);
  const envelope = await readObject<ListEnvelope>(connection.processor, { headers, body: scanner.end() });
  check?.list(envelope, true);
  return envelope;
}
