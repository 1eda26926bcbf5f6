import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { AckGatherer, logAckLines } from '@pilothouse/contract';
import type { LocalCluster } from '@pilothouse/control-plane';
import { stopProcess } from '@pilothouse/start/processes';
import type { TestClient } from '../../../apps/api/src/testing/test-client.ts';
import type { Place } from '../../../apps/api/src/ws/testing/stream-client.ts';
import { onMessage } from './live-rows.ts';
import type { Platform } from './platform.ts';

/** What a follower got of a burst. */
export interface Burst {
  /** Of text, newlines included. */
  bytes: number;
  lines: number;
  /** From its first line to its last. */
  ms: number;
}

/** Somebody who follows a container's log from now on. */
export interface LogFollower {
  /** Resolves when the line with this text has come; the burst is everything since the last call. */
  until(lastLine: string): Promise<Burst>;
  stop(): Promise<void>;
}

/** Counts lines as they come, and knows the last one of a burst. */
class BurstCounter {
  #bytes = 0;
  #lines = 0;
  #begun: number | undefined;
  #wanted: { text: string; settle: (burst: Burst) => void } | undefined;

  line(text: string): void {
    this.#begun ??= performance.now();
    this.#lines += 1;
    this.#bytes += Buffer.byteLength(text) + 1;
    if (text === this.#wanted?.text) this.#end();
  }

  until(text: string): Promise<Burst> {
    return new Promise((settle) => {
      this.#wanted = { text, settle };
    });
  }

  #end(): void {
    const ms = performance.now() - (this.#begun ?? 0);
    this.#wanted?.settle({ bytes: this.#bytes, lines: this.#lines, ms });
    [this.#bytes, this.#lines, this.#begun, this.#wanted] = [0, 0, undefined, undefined];
  }
}

/** Follows over the platform's WebSocket as the log page does, acknowledging as it reads. */
export async function followByPlatform(platform: Platform, place: Place): Promise<LogFollower> {
  const counter = new BurstCounter();
  const log = await openLog(platform, place, (lines) => {
    for (const line of lines) counter.line(line.slice(line.indexOf(' ') + 1));
  });
  return { until: (lastLine) => Promise.race([counter.until(lastLine), log.trouble]), stop: log.stop };
}

/**
 * Opens a log stream that follows from now on and acknowledges what comes, whole lines with their timestamps; `trouble`
 * rejects where lines are lost or it ends. It is the administrator's unless it is another client's.
 */
export async function openLog(
  platform: Platform,
  place: Place,
  onLines: (lines: string[]) => void,
  client?: TestClient,
): Promise<{ trouble: Promise<never>; stop(): Promise<void> }> {
  const stream = await platform.open('log', place, client);
  let fail: (error: Error) => void;
  const trouble = new Promise<never>((_resolve, reject) => (fail = reject));
  trouble.catch(() => undefined);
  const acks = new AckGatherer(logAckLines, (lines) => stream.say({ type: 'ack', lines }));
  onMessage(stream, (message) => {
    if (message.type === 'source') return;
    if (message.type !== 'lines') return fail(new Error(`the log stream: ${JSON.stringify(message)}`));
    for (const [, text] of message.runs as [number, string][]) {
      const lines = text.split('\n').slice(0, -1);
      onLines(lines);
      acks.taken(lines.length);
    }
  });
  stream.say({ type: 'start', tailLines: 0 });
  return {
    trouble,
    async stop() {
      stream.socket.close();
    },
  };
}

/** `kubectl logs -f`. */
export function followByKubectl(kubectl: string, cluster: LocalCluster, place: Place): LogFollower {
  const arguments_ = ['logs', '--follow', '--tail=0', '--namespace', place.namespace, place.pod];
  const child: ChildProcess = spawn(kubectl, ['--kubeconfig', cluster.kubeconfigPath, ...arguments_], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const counter = new BurstCounter();
  const ended = once(child, 'exit').then(() => {
    throw new Error('kubectl logs ended');
  });
  ended.catch(() => undefined);
  let rest = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) counter.line(line);
  });
  return {
    until: (lastLine) => Promise.race([counter.until(lastLine), ended]),
    stop: () => stopProcess(child.pid ?? 0, { graceMs: 1000 }),
  };
}
