import { fork, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { connect, type ClusterConnection, type ConnectOptions } from '../transport/connection.ts';
import type { ClusterCredential } from '../transport/credential.ts';
import type { FromAttacker, ToAttacker } from './attacker-process.ts';

/** What a hostile server has seen so far. */
export interface Seen {
  /** Method and URL of every request. */
  requests: string[];
  /** TCP connections so far. */
  connections: number;
  /** Of these, open now. */
  openSockets: number;
}

/** A hostile server in a process of its own. */
export interface HostileServer {
  credential: ClusterCredential;
  /** Connects to it. */
  connect(options?: Partial<ConnectOptions>): ClusterConnection;
  seen(): Promise<Seen>;
  /** How late turns of its process came since this was last asked: the 99th percentile, in milliseconds. */
  lateness(): Promise<number>;
  /** The kernel still takes its connections, but nobody answers: a black hole, half-open where one was open. */
  freeze(): void;
  thaw(): void;
}

/** A process of hostile servers; ends with this one. */
class Attacker {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, (message: FromAttacker) => void>();
  #lastId = 0;

  constructor() {
    this.#child = fork(join(import.meta.dirname, 'attacker-process.ts'), { execArgv: [] });
    this.#child.on('message', (message: FromAttacker) => this.#waiting.get(message.id)?.(message));
    this.#child.on('exit', () => {
      for (const answer of this.#waiting.values()) answer({ id: 0, error: 'the hostile servers have died' });
    });
    this.#child.unref();
    this.#child.channel?.unref();
  }

  async tell<T>(message: { start: string } | { ask: number } | { lateness: true }): Promise<T> {
    const id = (this.#lastId += 1);
    this.#child.channel?.ref();
    try {
      const { error, answer } = await new Promise<FromAttacker>((resolve) => {
        this.#waiting.set(id, resolve);
        this.#child.send({ id, ...message } satisfies ToAttacker);
      });
      if (error !== undefined) throw new Error(error);
      return answer as T;
    } finally {
      this.#waiting.delete(id);
      if (this.#waiting.size === 0) this.#child.channel?.unref();
    }
  }

  signal(name: 'SIGSTOP' | 'SIGCONT'): void {
    this.#child.kill(name);
  }
}

let shared: Attacker | undefined;

/** Starts the server of `attacks` with this name; `alone`: in a process that no other one shares. */
export async function startHostile(attack: string, { alone = false } = {}): Promise<HostileServer> {
  const attacker = alone ? new Attacker() : (shared ??= new Attacker());
  const { server, credential } = await attacker.tell<{ server: number; credential: ClusterCredential }>({
    start: attack,
  });
  return {
    credential,
    connect: (options) => connect(credential, { addressPolicy: { allowLoopback: true }, ...options }),
    seen: () => attacker.tell<Seen>({ ask: server }),
    lateness: () => attacker.tell<number>({ lateness: true }),
    freeze: () => attacker.signal('SIGSTOP'),
    thaw: () => attacker.signal('SIGCONT'),
  };
}
