import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Component } from '../components/component.ts';
import { identify, isAlive, terminate, type ProcessIdentity } from '../process-identity.ts';
import { markOf } from '../marked-processes.ts';
import { writeState, type ClusterState, type ComponentName } from '../state.ts';

interface Running {
  component: Component;
  child: ChildProcess;
  onStart: ((pid: number) => void) | undefined;
}

/** Keeps a cluster's components: starts them, records who they are, starts killed ones again, stops them in reverse. */
export class Processes {
  readonly #running = new Map<ComponentName, Running>();
  readonly #state: ClusterState;
  readonly #statePath: string;
  readonly #logs: string;

  constructor(state: ClusterState, statePath: string, logs: string) {
    this.#state = state;
    this.#statePath = statePath;
    this.#logs = logs;
    mkdirSync(logs, { recursive: true });
  }

  /** `onStart` runs right after each start of the process, before it had time to start others. */
  start(component: Component, onStart?: (pid: number) => void): void {
    const log = openSync(this.#logPath(component.name), 'a', 0o600);
    const child = spawn(component.command, component.arguments, {
      stdio: ['ignore', log, log],
      env: { ...process.env, ...component.environment, ...markOf(this.#statePath) },
    });
    closeSync(log);
    child.on('error', () => undefined);
    this.#running.set(component.name, { component, child, onStart });
    if (child.pid === undefined) return;
    onStart?.(child.pid);
    const identity = identify(child.pid);
    if (identity) this.#record(component.name, identity);
  }

  /** Throws with the end of its log when one that should run has ended. */
  assertRunning(...names: ComponentName[]): void {
    for (const name of names) {
      const running = this.#running.get(name);
      if (running && !hasEnded(running.child)) continue;
      throw new Error(`${name} ended while the cluster started:\n${this.logTail(name)}`);
    }
  }

  /** Starts again what has died, in the original order. */
  revive(): void {
    for (const { component, child, onStart } of this.#running.values()) {
      // its exit may not have been told to this process yet
      const identity = this.#state.components[component.name];
      if (hasEnded(child) || !identity || !isAlive(identity)) this.start(component, onStart);
    }
  }

  /** Stops one after the other, the last started first. */
  async stopAll(): Promise<void> {
    const names = [...this.#running.keys()].toReversed();
    this.#running.clear();
    for (const name of names) {
      const identity = this.#state.components[name];
      if (identity) await terminate(identity, 5_000);
    }
  }

  logTail(name: ComponentName): string {
    try {
      return readFileSync(this.#logPath(name), 'utf8').trimEnd().split('\n').slice(-15).join('\n');
    } catch {
      return '(no log)';
    }
  }

  #record(name: ComponentName, identity: ProcessIdentity): void {
    this.#state.components[name] = identity;
    writeState(this.#statePath, this.#state);
  }

  #logPath(name: ComponentName): string {
    return join(this.#logs, `${name}.log`);
  }
}

const hasEnded = (child: ChildProcess) =>
  child.pid === undefined || child.exitCode !== null || child.signalCode !== null;
