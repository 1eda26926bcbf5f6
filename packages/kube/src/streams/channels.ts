import { KubeError } from '../transport/kube-error.ts';
import { oneLine } from '../transport/network-error.ts';
import { parseStatus, type Status } from '../transport/status.ts';

/**
 * Kubernetes' remote command protocol over WebSocket (`apimachinery/pkg/util/remotecommand/constants.go`): every
 * message is binary and begins with its channel.
 */
export const channelProtocols = ['v5.channel.k8s.io', 'v4.channel.k8s.io'] as const;
export type ChannelProtocol = (typeof channelProtocols)[number];

export const channel = { stdin: 0, stdout: 1, stderr: 2, error: 3, resize: 4, close: 255 } as const;

/** Largest message taken; a kubelet sends at most 32 KiB. */
export const largestMessage = 1024 * 1024;
/** Largest piece of stdin in one message. */
const stdinPiece = 16 * 1024;
/** Longest Status on the error channel. */
const largestStatus = 64 * 1024;

/** How a command ended by itself. */
export type CommandEnd =
  | { kind: 'exit'; exitCode: number }
  /** It could not be run: no such command, no such container … `error.statusObject` has the cluster's words. */
  | { kind: 'failed'; error: KubeError };

export type ServerFrame =
  | { channel: 'stdout' | 'stderr'; bytes: Buffer }
  | { channel: 'end'; end: CommandEnd }
  /** An empty message, or the server will send no more on a channel (v5). */
  | { channel: 'nothing' }
  /** Of a channel that no server sends on, or without any: somebody's extension, and in nobody's way. */
  | { channel: 'unknown' };

/** What a message from the server says. Throws KubeError `protocol`. */
export function readFrame(message: Buffer, isBinary: boolean): ServerFrame {
  if (!isBinary) throw new KubeError('protocol', 'The server sent text where the protocol has bytes');
  const number = message[0];
  const bytes = message.subarray(1);
  // a server opens each channel with an empty message
  if (bytes.length === 0 && number !== undefined && number <= channel.error) return { channel: 'nothing' };
  switch (number) {
    case channel.stdout:
      return { channel: 'stdout', bytes };
    case channel.stderr:
      return { channel: 'stderr', bytes };
    case channel.error:
      return { channel: 'end', end: readEnd(bytes) };
    case channel.close:
      return { channel: 'nothing' };
    default:
      return { channel: 'unknown' };
  }
}

export function stdinFrames(bytes: Uint8Array): Buffer[] {
  const frames: Buffer[] = [];
  for (let start = 0; start < bytes.length; start += stdinPiece) {
    frames.push(frame(channel.stdin, bytes.subarray(start, start + stdinPiece)));
  }
  return frames;
}

export function resizeFrame(columns: number, rows: number): Buffer {
  return frame(channel.resize, Buffer.from(JSON.stringify({ Width: columns, Height: rows })));
}

/** Says that no more stdin comes (v5 only). */
export function closeStdinFrame(): Buffer {
  return Buffer.from([channel.close, channel.stdin]);
}

function frame(number: number, bytes: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([number]), bytes], bytes.length + 1);
}

function readEnd(bytes: Buffer): CommandEnd {
  const status = bytes.length > largestStatus ? undefined : parseStatus(bytes.toString('utf8'));
  if (!status) throw new KubeError('protocol', 'The server reported an end that is not a Status');
  if (status.status === 'Success') return { kind: 'exit', exitCode: 0 };
  const exitCode = exitCodeOf(status);
  if (exitCode !== undefined) return { kind: 'exit', exitCode };
  const said = oneLine(status.message ?? status.reason ?? 'The command could not be run');
  const { code } = status;
  const answer = code === undefined ? { statusObject: status } : { statusObject: status, status: code };
  return { kind: 'failed', error: new KubeError('api', said, answer) };
}

function exitCodeOf(status: Status): number | undefined {
  if (status.reason !== 'NonZeroExitCode') return undefined;
  const text = status.details?.causes?.find(({ reason }) => reason === 'ExitCode')?.message;
  return text !== undefined && /^\d{1,3}$/.test(text) ? Number(text) : undefined;
}
