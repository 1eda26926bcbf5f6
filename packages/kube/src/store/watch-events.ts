import type { Readable } from 'node:stream';
import type { KubernetesObject } from '../objects/kubernetes-object.ts';
import type { Selection } from '../objects/selection.ts';
import { largestObject } from '../objects/largest-object.ts';
import { kindCheck, type KindCheck } from '../objects/kind-check.ts';
import { withoutManagedFields } from '../objects/without-managed-fields.ts';
import { gather } from '../streams/gather.ts';
import { guardSilence } from '../streams/guard-silence.ts';
import { LineSplitter } from '../streams/lines.ts';
import { checkJson, streamedStatusError } from '../transport/answer.ts';
import { apiPath, type PathRef } from '../transport/api-path.ts';
import type { ClusterConnection } from '../transport/connection.ts';
import { giveWay } from '../transport/give-way.ts';
import { KubeError } from '../transport/kube-error.ts';
import { placeName } from './malformed-items.ts';
import { networkError } from '../transport/network-error.ts';
import { isLarge, parseJson, parseLargeJson } from '../transport/parse-json.ts';
import type { Priority } from '../transport/turns.ts';
import { Work } from '../transport/work.ts';

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

/** Ends a watch that has been silent for too long: it may be a quiet collection, or a server that says nothing any more. */
export class WatchSilence extends KubeError {
  constructor(milliseconds: number) {
    super('timeout', `The watch said nothing for ${milliseconds / 1000} s`);
  }
}

/** One event costs several times as much as one of many, and who looks is told ten times a second at most. */
const batches = { lingerMs: 50, batchBytes: 64 * 1024 };

export interface WatchOptions extends Selection {
  timing: WatchTiming;
  signal: AbortSignal;
  accept?: string | undefined;
  /** Whose turn its opening is. Default `background`. */
  priority?: Priority;
  /** Told of events about what is no object, which are left out then; without it they end the watch. */
  malformed?: ((event: string) => void) | undefined;
}

/**
 * Opens a watch behind `resourceVersion`, or one that begins with everything there is. Resolves when the server has
 * agreed, which proves nothing yet; the events end when the server ends the watch, as it does every few minutes. Rejects and
 * throws KubeError: status 410 (`Expired`) when the server does not remember that version, {@link WatchSilence} when the
 * watch has been silent for too long.
 */
export async function openWatch(
  connection: ClusterConnection,
  ref: PathRef,
  resourceVersion: string | undefined,
  options: WatchOptions,
): Promise<AsyncGenerator<WatchEvent[], void, undefined>> {
  const { timing, signal, fieldSelector, labelSelector, accept, priority = 'background' } = options;
  const initial = { sendInitialEvents: true, resourceVersionMatch: 'NotOlderThan' };
  const { headers, body } = await connection.stream(
    {
      path: apiPath(ref),
      ...(accept !== undefined && { accept }),
      query: {
        watch: true,
        allowWatchBookmarks: true,
        ...(resourceVersion === undefined ? initial : { resourceVersion }),
        fieldSelector,
        labelSelector,
        // spread, so that not every watch of every store ends at once
        timeoutSeconds: Math.round(240 + 60 * Math.random()),
      },
    },
    { signal, priority },
  );
  try {
    checkJson(headers['content-type']);
  } catch (error) {
    body.destroy();
    throw error;
  }
  const slim = options.withoutManagedFields ? withoutManagedFields : (text: Buffer) => text;
  const read = (text: Buffer, work: Work) => {
    const how = [slim(text), 'An event', 'protocol', options.integers] as const;
    return isLarge(how[0]) ? work.all(parseLargeJson(...how)) : parseJson(...how);
  };
  const isInitial = resourceVersion === undefined;
  const check = kindCheck(ref, options.kind);
  return readEvents(connection, body, { timing, isInitial, read, check, malformed: options.malformed });
}

/** Whether an event says that everything there was at the beginning has been sent. */
export function isInitialEnd({ type, object: { metadata } }: WatchEvent): boolean {
  return type === 'BOOKMARK' && metadata.annotations?.['k8s.io/initial-events-end'] === 'true';
}

/** Where the watch after these events goes on; undefined where there are none. */
export function positionOf(events: WatchEvent[]): string | undefined {
  return events.at(-1)?.object.metadata.resourceVersion;
}

async function* readEvents(
  connection: ClusterConnection,
  body: Readable,
  how: {
    timing: WatchTiming;
    isInitial: boolean;
    /** Resolves where the text is a large one. */
    read: (text: Buffer, work: Work) => unknown;
    check: KindCheck | undefined;
    malformed: ((event: string) => void) | undefined;
  },
): AsyncGenerator<WatchEvent[], void, undefined> {
  const { timing, read, check, malformed } = how;
  let { isInitial } = how;
  const splitter = new LineSplitter(largestObject, { skipBlank: true });
  // a server that does not know of initial events sends them, and then nothing to say that these were all
  const { timeoutMs } = connection;
  const afterwards = { ...timing, halfMs: timeoutMs };
  const whileInitial = {
    halfMs: timeoutMs,
    aliveCheckMs: Math.min(timing.aliveCheckMs, timeoutMs / 2),
    idleMs: Math.min(timing.idleMs, timeoutMs),
  };
  let silence = guardSilence(connection, body, isInitial ? whileInitial : afterwards);
  try {
    for await (const chunk of gather(body, batches)) {
      await connection.processor.pause();
      await giveWay();
      const work = new Work(connection.processor);
      const lines = splitter.push(chunk);
      // without its newline it would never be judged
      if (splitter.cutBytes > 0) throw tooLarge();
      // bytes that become no event are no sign of life
      if (!splitter.isEmpty) silence.begun();
      const events: WatchEvent[] = [];
      for (const { bytes, cutBytes } of lines) {
        if (cutBytes > 0) throw tooLarge();
        const reading = read(bytes, work);
        const event = asEvent(reading instanceof Promise ? await reading : reading);
        if (isObject(event)) {
          check?.object(event.object);
          events.push(event);
        } else if (malformed !== undefined && event.type !== 'BOOKMARK') malformed(nameOf(event.object));
        else throw new KubeError('protocol', 'The watch sent an event without a resourceVersion');
      }
      if (events.length === 0) {
        work.end(chunk.length);
        continue;
      }
      silence.heard(!splitter.isEmpty);
      if (isInitial && events.some(isInitialEnd)) {
        isInitial = false;
        silence.stop();
        silence = guardSilence(connection, body, afterwards);
      }
      yield events;
      // with what was made of them
      work.end(chunk.length);
    }
  } catch (error) {
    throw silence.idle
      ? new WatchSilence(isInitial ? whileInitial.idleMs : timing.idleMs)
      : networkError(error);
  } finally {
    silence.stop();
    body.destroy();
  }
}

interface Parsed {
  type: string;
  object?: Partial<KubernetesObject>;
}

function isObject(event: Parsed): event is WatchEvent {
  return typeof event.object?.metadata?.resourceVersion === 'string';
}

function nameOf(object: Parsed['object']): string {
  const { namespace, name } = object?.metadata ?? {};
  return typeof name === 'string' ? placeName({ namespace, name }) : '';
}

function asEvent(read: unknown): Parsed {
  const event = read as Parsed | null;
  switch (event?.type) {
    case 'ADDED':
    case 'MODIFIED':
    case 'DELETED':
    case 'BOOKMARK':
      return event;
    case 'ERROR':
      throw streamedStatusError(event.object);
    default:
      throw new KubeError('protocol', 'The watch sent what is no event');
  }
}

function tooLarge(): KubeError {
  return new KubeError('tooLarge', `An event is larger than ${largestObject} bytes`);
}
