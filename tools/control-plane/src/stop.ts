import { acquireLock, lockHolder } from './lock.ts';
import type { ClusterLayout } from './layout.ts';
import { terminate } from './process-identity.ts';
import { forget } from './sweep.ts';

/** How long an orderly stop may take before the supervisor is killed and its work done here, in milliseconds. */
const patience = 60_000;

/** Ends a cluster, running or half dead, and removes all that is left of it. */
export async function stopLayout(layout: ClusterLayout): Promise<void> {
  const supervisor = await lockHolder(layout.lock);
  if (supervisor) await terminate(supervisor, patience);
  const lock = await acquireLock(layout.lock);
  try {
    await forget(layout);
  } finally {
    await lock.release();
  }
}
