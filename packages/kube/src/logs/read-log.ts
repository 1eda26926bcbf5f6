import { gather } from '../streams/gather.ts';
import { guardSilence } from '../streams/guard-silence.ts';
import { apiPath } from '../transport/api-path.ts';
import type { CallOptions, ClusterConnection } from '../transport/connection.ts';
import { giveWay } from '../transport/give-way.ts';
import { networkError } from '../transport/network-error.ts';
import type { LogRead } from './log-source.ts';
import { WholeLines } from './whole-lines.ts';

/** The log of one container, and which part of it. */
export interface LogTarget {
  namespace: string;
  pod: string;
  container: string;
  /** The container's previous life. */
  previous?: boolean;
  follow?: boolean;
  /** Each line begins with when it was written, RFC 3339 with nanoseconds in the node's time zone. Default true. */
  timestamps?: boolean;
  /** RFC 3339. The kubelet sees whole seconds only: ask from a second earlier and drop what you have. */
  sinceTime?: string;
  sinceSeconds?: number;
  /** Lines from the end; 0 is none. */
  tailLines?: number;
  limitBytes?: number;
  /** As of a `LogRead`. */
  onPending?: LogRead['onPending'];
}

/** Bytes kept of a line. */
export const longestLine = 256 * 1024;
/** A log silent for so long has the server asked whether it is there at all. */
const aliveCheckMs = 15_000;
/** Nobody reads faster than ten batches a second, and each costs something for every viewer. */
const batches = { lingerMs: 100, batchBytes: 64 * 1024 };

/**
 * Reads a container's log, as text of whole lines, each with its newline; bytes that are not UTF-8 are kept in it
 * (`textOfBytes`), a line of more than 256 KiB is cut and says so. Not pulling holds the cluster back; returning from the loop, or `call.signal`, ends the upstream request.
 *
 * Throws KubeError; `api` with status 400 when the container has not started, in the kubelet's own words.
 * Ends without an error when the container ended, or when the kubelet rotated the log away under it.
 */
export async function* readLog(
  connection: ClusterConnection,
  target: LogTarget,
  call: CallOptions = {},
): AsyncGenerator<string, void, undefined> {
  const { body, silence } = await openLog(connection, target, call);
  const lines = new WholeLines(longestLine);
  try {
    for await (const bytes of gather(body, batches)) {
      silence.heard();
      // much may be here already, and bytes that are no text cost something
      await giveWay();
      const text = lines.push(bytes);
      const isEnough = target.onPending?.(lines.pending) ?? false;
      if (text !== '') yield text;
      if (isEnough) return;
    }
    const rest = lines.end();
    if (rest !== '') yield rest;
  } catch (error) {
    throw networkError(error);
  } finally {
    silence.stop();
    body.destroy();
  }
}

/**
 * A container's log byte by byte as the cluster sends it, which is what `kubectl logs` prints. Otherwise as
 * {@link readLog}.
 */
export async function* readLogBytes(
  connection: ClusterConnection,
  target: LogTarget,
  call: CallOptions = {},
): AsyncGenerator<Buffer, void, undefined> {
  const { body, silence } = await openLog(connection, target, call);
  try {
    for await (const bytes of body) {
      silence.heard();
      yield bytes as Buffer;
    }
  } catch (error) {
    throw networkError(error);
  } finally {
    silence.stop();
    body.destroy();
  }
}

async function openLog(connection: ClusterConnection, target: LogTarget, call: CallOptions) {
  const { namespace, pod, container, timestamps = true, onPending: _, ...options } = target;
  const { body } = await connection.stream(
    {
      path: apiPath({ group: '', version: 'v1', plural: 'pods', namespace, name: pod, subresource: 'log' }),
      query: { container, ...options, timestamps },
      accept: 'text/plain, application/json',
    },
    call,
  );
  return { body, silence: guardSilence(connection, body, { aliveCheckMs }) };
}
