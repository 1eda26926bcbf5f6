// Depends on: packages/kube, packages/kinds, tools/start/node-flags.mjs, tools/control-plane/src/certificates.ts
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { ObjectStore } from '../store/object-store.ts';
import type { StoreRow } from '../store/store-row.ts';
import { startHostile } from '../testing/hostile-server.ts';
import { podRow, pods } from '../testing/pods.ts';
import { underAttack } from '../testing/under-attack.ts';
import type { ProcessorLimits } from '../transport/processor-budget.ts';

/** Mirrors a collection for a while; how many bytes of it were read, and what is said. */
async function read(attack: string, processor: ProcessorLimits) {
  const server = await startHostile(attack);
  const { outcome } = await underAttack(async () => {
    const connection = server.connect({ processor });
    const store = new ObjectStore<StoreRow>({ connection, resource: pods, project: podRow });
    store.start();
    await store.ready();
    const before = connection.traffic().bytesReceived;
    await sleep(4000);
    const bytes = connection.traffic().bytesReceived - before;
    const { state, throttled } = store;
    store.stop();
    await connection.close();
    return { bytes, state, throttled };
  });
  return outcome;
}

describe('one greedy server', () => {
  it.each(['one event for ever', 'bookmarks without end'])(
    'of %s is held to its share of a core, and that is said with the figure',
    async (attack) => {
      const free = await read(attack, { share: 1, burstMs: 1e9 });
      expect(free.throttled).toBeNull();
      const held = await read(attack, { share: 0.005, burstMs: 0 });
      expect(held.bytes).toBeLessThan(free.bytes / 2);
      expect(held).toMatchObject({
        state: 'live',
        throttled: { reason: 'throttled', params: { percent: 1 } },
      });
    },
  );
});
