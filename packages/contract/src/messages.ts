import { z } from 'zod';
import { codedError, dataState, listProblem, timestamp } from './common.ts';
import { row } from './endpoints/resources.ts';

/**
 * Messages of the tab's live socket (`/api/v1/live`). The browser subscribes to an endpoint marked `live`, by its id,
 * with the same params and query a GET would take.
 */
export const liveClientMessage = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('subscribe'),
    id: z.number().int().min(0),
    endpoint: z.string().max(64),
    params: z.record(z.string(), z.unknown()).default({}),
    query: z.record(z.string(), z.unknown()).default({}),
  }),
  z.strictObject({ type: z.literal('unsubscribe'), id: z.number().int().min(0) }),
]);

/**
 * Why a stream ended, in its `end` message, in the audit row and (for shells) on the terminal's row. The SPA has a
 * sentence for each.
 */
export const streamEndReasons = [
  /** The shell's process ended; the exit code came before. */
  'exit',
  /** Everything there was has been sent. */
  'completed',
  /** The browser closed it: the page was left. */
  'closed',
  /** The browser went away without a word. */
  'disconnected',
  /** Signed out, expired, disabled, or the password was changed. */
  'sessionEnded',
  'rightsLost',
  'clusterRemoved',
  /** The cluster closed or lost the connection; `error` says how. */
  'upstreamLost',
  /** The cluster, or we, refused to begin; `error` says why. */
  'failed',
  /** The client sent what the protocol does not know, or more than its window. */
  'protocol',
  'recordingFailed',
  /** The recording has reached its largest size. */
  'recordingFull',
  /** The platform is stopping. */
  'shuttingDown',
  /** Found after the fact: the platform's process was gone before it could end the shell. */
  'platformRestart',
] as const;
export const streamEndReason = z.enum(streamEndReasons);
export type StreamEndReason = z.output<typeof streamEndReason>;

/** Lines a log viewer is sent beyond those it has acknowledged. */
export const logWindowLines = 5000;
/** Lines that gather before one `ack` says of all of them that they were taken. */
export const logAckLines = 1000;
/** Bytes of output a terminal is sent beyond those it has acknowledged. */
export const execOutputWindowBytes = 512 * 1024;
/** Bytes of input a client may send beyond those the server has acknowledged; twice as many end the stream. */
export const execInputWindowBytes = 512 * 1024;
/** Bytes of a shell that gather before one `ack` says of all of them that they were taken: a key costs none. */
export const execAckBytes = 64 * 1024;

const streamEnd = z.object({
  type: z.literal('end'),
  reason: streamEndReason,
  error: codedError.optional(),
});

export const liveServerMessage = z.discriminatedUnion('type', [
  /** The endpoint's whole answer: the first one, and again where neither of the next two says what has changed. */
  z.object({ type: z.literal('snapshot'), id: z.number().int(), data: z.unknown() }),
  /** A list of rows, in place: order and membership of the page stay as the snapshot had them. */
  z.object({
    type: z.literal('rows'),
    id: z.number().int(),
    changed: z.array(row),
    /** uids of rows on the page whose object is gone. */
    deleted: z.array(z.string()),
    total: z.number().int(),
    /** Objects that match now and did not at the snapshot. */
    added: z.number().int(),
    asOf: timestamp,
    state: dataState,
    problems: z.array(listProblem),
  }),
  /** An answer with `items` that have an `id`, after the first one: a `PageDelta`. */
  z.object({
    type: z.literal('page'),
    id: z.number().int(),
    changed: z.array(z.looseObject({ id: z.string() })),
    order: z.array(z.string()).optional(),
    fields: z.record(z.string(), z.unknown()),
  }),
  /** The subscription is over: rights lost, bad input, cluster removed. */
  z.object({ type: z.literal('error'), id: z.number().int(), error: codedError }),
  /** The socket is over, as with every stream. */
  streamEnd,
]);

/** Logs that one socket follows at most. */
export const mostLogSources = 100;

export const logClientMessage = z.discriminatedUnion('type', [
  /** First message of a log socket. Without `cursors` it starts at `tailLines`/`sinceSeconds`, with them right behind those places. */
  z.strictObject({
    type: z.literal('start'),
    tailLines: z.number().int().min(0).max(100_000).optional(),
    sinceSeconds: z.number().int().min(1).optional(),
    previous: z.boolean().default(false),
    follow: z.boolean().default(true),
    cursors: z
      .array(z.string().max(450))
      .max(2 * mostLogSources)
      .default([]),
  }),
  /** Lines the viewer has taken in; the server sends no more than a window ahead. */
  z.strictObject({ type: z.literal('ack'), lines: z.number().int().min(1) }),
]);

/** Counts the logs of a socket, from 0 in the order they join. */
const logSource = z.number().int().min(0);

export const logServerMessage = z.discriminatedUnion('type', [
  /** A container's log joins; `cursor` is the opaque place it begins at. */
  z.object({
    type: z.literal('source'),
    source: logSource,
    pod: z.string(),
    container: z.string(),
    cursor: z.string(),
  }),
  z.object({
    type: z.literal('lines'),
    /**
     * Whole lines, each `RFC3339Nano SP text LF`; the text is the container's bytes as UTF-8, what is none of it as
     * lone surrogates (`textOfBytes` in packages/kinds). Neighbours of one source are together.
     */
    runs: z.array(z.tuple([logSource, z.string()])),
    /** The place behind the last line of each source in it. */
    cursors: z.array(z.tuple([logSource, z.string()])),
  }),
  /** Lines that are gone for good: rotated away or beyond a limit. `lost` is null where nobody can count them. */
  z.object({
    type: z.literal('gap'),
    source: logSource,
    lost: z.number().int().nullable(),
    from: timestamp.nullable(),
    to: timestamp.nullable(),
    /** It is one line that did not end, and was given up after so many bytes. */
    lineBytes: z.number().int().optional(),
  }),
  /** No pod is selected at the moment; those that come will join. */
  z.object({ type: z.literal('empty') }),
  /** Nothing to show yet of a source (null: of any), and why (`ContainerCreating` …), in the cluster's words. */
  z.object({ type: z.literal('waiting'), source: logSource.nullable(), message: z.string() }),
  /** The pod is gone, and all of its log has been sent. */
  z.object({ type: z.literal('left'), source: logSource }),
  /** So many pods match that are not followed: there are more than {@link mostLogSources}. */
  z.object({ type: z.literal('omitted'), pods: z.number().int().min(0) }),
  streamEnd,
]);

/**
 * Text messages of a shell socket. Binary messages are terminal bytes both ways: keys from the browser,
 * output from the shell.
 */
export const execClientMessage = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('start'),
    columns: z.number().int().min(1).max(1000),
    rows: z.number().int().min(1).max(1000),
  }),
  z.strictObject({
    type: z.literal('resize'),
    columns: z.number().int().min(1).max(1000),
    rows: z.number().int().min(1).max(1000),
  }),
  /** Bytes the terminal has drawn; the server sends no more than a window ahead. */
  z.strictObject({ type: z.literal('ack'), bytes: z.number().int().min(1) }),
]);

export const execServerMessage = z.discriminatedUnion('type', [
  z.object({ type: z.literal('started'), terminal: z.string(), shell: z.string() }),
  /** Bytes of input the shell has taken in. */
  z.object({ type: z.literal('ack'), bytes: z.number().int().min(1) }),
  z.object({ type: z.literal('exit'), exitCode: z.number().int() }),
  streamEnd,
]);
