import { apiPath } from '../transport/api-path.ts';
import type { CallOptions, ClusterConnection } from '../transport/connection.ts';
import { networkError } from '../transport/network-error.ts';
import { guardSilence } from './guard-silence.ts';
import { LineSplitter, type ByteLine } from './lines.ts';

export interface LogTarget {
  namespace: string;
  pod: string;
  container: string;
  /** The container's previous life. */
  previous?: boolean;
  follow?: boolean;
  /** RFC 3339. The kubelet sees whole seconds only: ask from a second earlier and drop what you have. */
  sinceTime?: string;
  sinceSeconds?: number;
  /** Lines from the end; 0 is none. */
  tailLines?: number;
  limitBytes?: number;
}

export interface LogLine {
  /** RFC 3339 with up to nanoseconds, in the node's time zone; null where the kubelet itself speaks. */
  time: string | null;
  /** The container's bytes as UTF-8, without the newline. */
  text: string;
  /** Bytes of the line left out because it was too long. */
  cutBytes: number;
}

/** Bytes kept of a line. */
export const longestLine = 256 * 1024;
/** A log silent for so long has the server asked whether it is there at all. */
const aliveCheckMs = 15_000;
const timestamp = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)) ?/;

/**
 * Reads a container's log, in batches of lines as they come. Not pulling holds the cluster back; returning from the
 * loop, or `call.signal`, ends the upstream request.
 *
 * Throws KubeError; `api` with status 400 when the container has not started, in the kubelet's own words.
 * Ends without an error when the container ended, or when the kubelet rotated the log away under it.
 */
export async function* followLog(
  connection: ClusterConnection,
  target: LogTarget,
  call: CallOptions = {},
): AsyncGenerator<LogLine[], void, undefined> {
  const { namespace, pod, container, ...options } = target;
  const { body } = await connection.stream(
    {
      path: apiPath({ group: '', version: 'v1', plural: 'pods', namespace, name: pod, subresource: 'log' }),
      query: { container, ...options, timestamps: true },
      accept: 'text/plain, application/json',
    },
    call,
  );
  const splitter = new LineSplitter(longestLine);
  const silence = guardSilence(connection, body, { aliveCheckMs });
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      silence.heard();
      const lines = splitter.push(chunk);
      if (lines.length > 0) yield lines.map(logLine);
    }
    const rest = splitter.end();
    if (rest) yield [logLine(rest)];
  } catch (error) {
    throw networkError(error);
  } finally {
    silence.stop();
    body.destroy();
  }
}

function logLine({ bytes, cutBytes }: ByteLine): LogLine {
  // a line is whole, so its characters are; where it was cut, the piece of one at the end is left out
  const text = cutBytes > 0 ? new TextDecoder().decode(bytes, { stream: true }) : bytes.toString('utf8');
  const time = timestamp.exec(text);
  return { time: time?.[1] ?? null, text: time ? text.slice(time[0].length) : text, cutBytes };
}
