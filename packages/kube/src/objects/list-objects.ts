import { guardSilence } from '../streams/guard-silence.ts';
import { checkJson, parseObject } from '../transport/answer.ts';
import { apiPath, type PathRef } from '../transport/api-path.ts';
import type { ApiRequest, CallOptions, ClusterConnection } from '../transport/connection.ts';
import { giveWay } from '../transport/give-way.ts';
import { KubeError } from '../transport/kube-error.ts';
import { networkError } from '../transport/network-error.ts';
import { parseJson } from '../transport/parse-json.ts';
import type { KubernetesObject, ListEnvelope } from './kubernetes-object.ts';
import { ListScanner } from './list-scanner.ts';
import type { Selection } from './selection.ts';
import { withoutManagedFields } from './without-managed-fields.ts';

/** Objects asked for at once, as kubectl does. */
const pageSize = 500;
/** More objects than this is no list but an attack, or a bug. */
const mostObjects = 500_000;
/** Objects a page has on average, at least, once there were a few pages: a server may send less than asked for. */
const leastPage = 50;
const firstPages = 20;

/** Of what a list is, and what is left out of it. */
export interface ListOptions extends CallOptions, Selection {
  /** Lists of what is computed when it is asked for have no resourceVersion; then it is `''`. */
  versionless?: boolean;
}

/**
 * Lists objects page by page, all at one resourceVersion, and hands them over as they come: never more than one of
 * them is held as text. The deadline counts for a page's first byte, and then from object to object.
 * Resolves with the list's resourceVersion. Rejects with KubeError (status 410 when the list outlived what the cluster
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
    ...call
  } = options;
  const path = apiPath(ref);
  let token: string | undefined;
  let count = 0;
  let pages = 0;
  const counted = (text: Buffer) => {
    if (++count > mostObjects) throw endless();
    const item = slim ? withoutManagedFields(text) : text;
    take(parseJson(item, 'An item of the list', 'protocol', integers) as T);
  };
  for (;;) {
    const before = count;
    const query = { limit: pageSize, continue: token, labelSelector, fieldSelector };
    const { metadata } = await readPage(connection, { path, query }, counted, call);
    const { resourceVersion = versionless ? '' : undefined, continue: next = '' } = metadata ?? {};
    if (typeof resourceVersion !== 'string')
      throw new KubeError('protocol', 'The list has no resourceVersion');
    if (next === '') return resourceVersion;
    pages += 1;
    const small = count < (pages - firstPages) * leastPage;
    if (next === token || count === before || small) throw endless();
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
  take: (item: Buffer) => void,
  call: CallOptions,
): Promise<ListEnvelope> {
  const timeoutMs = call.timeoutMs ?? connection.timeoutMs;
  const { headers, body } = await connection.stream(request, call);
  const silence = guardSilence(connection, body, { aliveCheckMs: timeoutMs / 2, idleMs: timeoutMs });
  const scanner = new ListScanner();
  try {
    checkJson(headers['content-type']);
    for await (const chunk of body as AsyncIterable<Buffer>) {
      for (const item of scanner.push(chunk)) {
        silence.heard();
        take(item);
        await giveWay();
      }
    }
  } catch (error) {
    if (!silence.idle) throw networkError(error);
  } finally {
    silence.stop();
    body.destroy();
  }
  if (silence.idle) throw new KubeError('timeout', `No object within ${timeoutMs / 1000} s`);
  return parseObject(scanner.end(), headers['content-type']);
}

function endless(): KubeError {
  return new KubeError('protocol', 'The list does not come to an end');
}
