import { cpus } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';

const lookMs = 5000;
const restShare = 0.6;

/** Resolves when the machine has little to do, at the latest after `mostMs`: a cluster that has just started works for minutes. */
export async function machineRests(mostMs: number, signal: AbortSignal): Promise<void> {
  const giveUpAt = Date.now() + mostMs;
  for (let before = times(); Date.now() < giveUpAt; before = times()) {
    await sleep(lookMs, undefined, { signal });
    const now = times();
    if ((now.idle - before.idle) / (now.all - before.all) >= restShare) return;
  }
}

/** Of all cores since the machine started, in milliseconds. */
function times(): { idle: number; all: number } {
  const cores = cpus().map(({ times: { user, nice, sys, idle, irq } }) => ({
    idle,
    all: user + nice + sys + idle + irq,
  }));
  return {
    idle: cores.reduce((sum, core) => sum + core.idle, 0),
    all: cores.reduce((sum, core) => sum + core.all, 0),
  };
}
