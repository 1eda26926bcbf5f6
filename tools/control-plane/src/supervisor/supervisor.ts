/**
 * The process that keeps one cluster: starts its components, takes everything down in order, and outlives whoever asked for it just long
 * enough for that. Its owner is the other end of the IPC channel: when that closes (by a kill -9 too) and the cluster was not released,
 * it ends. SIGTERM ends it, SIGUSR2 starts again those components that were killed.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Progress } from '../build/build-tools.ts';
import { tryLock } from '../lock.ts';
import { identify, type ProcessIdentity } from '../process-identity.ts';
import { writeState } from '../state.ts';
import { forget, sweep } from '../sweep.ts';
import type { FromSupervisor, StartMessage, ToSupervisor } from './messages.ts';
import { prepareCluster, startComponents, type SupervisedCluster } from './start-components.ts';

const stopping = new AbortController();
let released = false;
let cluster: SupervisedCluster | undefined;

process.on('disconnect', () => {
  if (!released) stopping.abort();
});
for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
  process.on(name, () => stopping.abort());
}
process.on('SIGUSR2', () => cluster?.processes.revive());
process.on('message', (message: ToSupervisor) => {
  if (message.type === 'start') void supervise(message);
  else release();
});

async function supervise(message: StartMessage): Promise<void> {
  const { layout, spec } = message;
  const self = identify(process.pid);
  const lock = await tryLock(layout.lock);
  if (!self || 'holder' in lock) {
    const text = `the cluster ${spec.name} runs already`;
    await send({ type: 'failed', message: text });
    process.exit(1);
  }
  const failure = await keep(message, self).catch((error: unknown) => error);
  await cluster?.processes.stopAll();
  await forget(layout);
  await lock.release();
  if (failure && !stopping.signal.aborted) {
    await send({ type: 'failed', message: describe(failure) });
  }
  process.exit(failure ? 1 : 0);
}

/** Starts the cluster and returns when it is to end. */
async function keep(message: StartMessage, self: ProcessIdentity): Promise<void> {
  const request = {
    ...message,
    signal: stopping.signal,
    onProgress: (progress: Progress) => void send({ type: 'progress', progress }),
  };
  await sweep(message.layout);
  cluster = await prepareCluster(request, self);
  await startComponents(cluster, request);
  record({ phase: 'ready' });
  await send({ type: 'ready' });
  while (!stopping.signal.aborted) {
    await sleep(2 ** 30, undefined, { signal: stopping.signal }).catch(() => undefined);
  }
  record({ phase: 'stopping' });
}

function release(): void {
  released = true;
  record({ owned: false });
  void send({ type: 'released' });
}

function record(change: Partial<SupervisedCluster['state']>): void {
  if (!cluster) return;
  Object.assign(cluster.state, change);
  writeState(cluster.context.layout.state, cluster.state);
}

function send(message: FromSupervisor): Promise<void> {
  return new Promise((resolve) => {
    if (!process.connected || !process.send) return resolve();
    // an owner that went away meanwhile is seen by `disconnect`
    process.send(message, undefined, undefined, () => resolve());
  });
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message}: ${describe(error.cause)}`;
}
