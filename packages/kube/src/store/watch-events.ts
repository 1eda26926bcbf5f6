import type { KubernetesObject } from '../objects/kubernetes-object.ts';
import { guardSilence } from '../streams/guard-silence.ts';
import { LineSplitter } from '../streams/lines.ts';
import { streamedStatusError } from '../transport/answer.ts';
import { apiPath, type PathRef } from '../transport/api-path.ts';
import type { ClusterConnection } from '../transport/connection.ts';
import { KubeError } from '../transport/kube-error.ts';
import { networkError } from '../transport/network-error.ts';
import { parseJson } from '../transport/parse-json.ts';

export interface WatchEvent {
  type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK';
  object: KubernetesObject;
}

export interface WatchTiming {
  /** A watch silent for so long has the server asked whether it is there at all. */
  aliveCheckMs: number;
  /** A watch silent for so long is opened anew: servers send a bookmark every minute. */
  idleMs: number;
}

/** Largest event taken: etcd holds 1.5 MiB an object by default, in a denser form. */
const largestEvent = 16 * 1024 * 1024;

/**
 * Opens a watch behind `resourceVersion`. Resolves when the server has agreed; the events end when the server ends the
 * watch, as it does every few minutes, or when it has been silent for too long.
 * Rejects and throws KubeError: status 410 (`Expired`) when the server does not remember that version.
 */
export async function openWatch(
  connection: ClusterConnection,
  ref: PathRef,
  resourceVersion: string,
  {
    timing,
    signal,
    fieldSelector,
    accept,
  }: { timing: WatchTiming; signal: AbortSignal; fieldSelector?: string; accept?: string },
): Promise<AsyncGenerator<WatchEvent[], void, undefined>> {
  const { body } = await connection.stream(
    {
      path: apiPath(ref),
      ...(accept !== undefined && { accept }),
      query: {
        watch: true,
        allowWatchBookmarks: true,
        resourceVersion,
        fieldSelector,
        // spread, so that not every watch of every store ends at once
        timeoutSeconds: Math.round(240 + 60 * Math.random()),
      },
    },
    { signal, priority: 'background' },
  );
  return readEvents(connection, body, timing);
}

async function* readEvents(
  connection: ClusterConnection,
  body: AsyncIterable<Buffer> & { destroy(error?: Error): unknown },
  timing: WatchTiming,
): AsyncGenerator<WatchEvent[], void, undefined> {
  const splitter = new LineSplitter(largestEvent);
  const silence = guardSilence(connection, body, timing);
  try {
    for await (const chunk of body) {
      silence.heard();
      const lines = splitter.push(chunk).filter(({ bytes }) => bytes.length > 0);
      if (lines.length > 0) yield lines.map(({ bytes, cutBytes }) => readEvent(bytes, cutBytes));
    }
  } catch (error) {
    if (!silence.idle) throw networkError(error);
  } finally {
    silence.stop();
    body.destroy();
  }
}

function readEvent(bytes: Buffer, cutBytes: number): WatchEvent {
  if (cutBytes > 0) throw new KubeError('tooLarge', `An event is larger than ${largestEvent} bytes`);
  const event = parse(bytes);
  switch (event?.type) {
    case 'ADDED':
    case 'MODIFIED':
    case 'DELETED':
    case 'BOOKMARK':
      if (typeof event.object?.metadata?.resourceVersion === 'string') return event as WatchEvent;
      throw new KubeError('protocol', 'The watch sent an event without a resourceVersion');
    case 'ERROR':
      throw streamedStatusError(event.object);
    default:
      throw new KubeError('protocol', 'The watch sent what is no event');
  }
}

function parse(bytes: Buffer): { type?: string; object?: Partial<KubernetesObject> } | null {
  return parseJson(bytes, 'An event', 'protocol') as ReturnType<typeof parse>;
}
