import { setTimeout as sleep } from 'node:timers/promises';
import { platformNodeFlags } from '@pilothouse/start/node-flags';
import type { ClientNodeInformer } from '../processes/client-node-informer.ts';
import type { StoreProcess } from '../processes/pod-store.ts';
import type { Bar, Measure } from '../src/bar.ts';
import { askOnce } from '../src/helper.ts';
import { followRows } from '../src/live-rows.ts';
import { residentMb } from '../src/process-meter.ts';
import { mustBe } from '../src/rows.ts';
import { podCount } from '../src/size.ts';
import type { World } from '../src/world.ts';

/** How long a process gets to come to rest. */
const restMs = 20_000;

export const memory: Bar = {
  number: 7,
  title: 'memory of all pods',
  run: async (world) => [await heap(world), await resident(world)],
};

async function heap(world: World): Promise<Measure> {
  const { kubeconfig } = await world.main();
  const flags = ['--expose-gc'];
  const store = await askOnce<StoreProcess, 'follow'>(
    'pod-store',
    [...platformNodeFlags, ...flags],
    'follow',
    kubeconfig,
  );
  const informer = await askOnce<ClientNodeInformer, 'follow'>(
    'client-node-informer',
    [...flags, '--max-old-space-size=4096'],
    'follow',
    kubeconfig,
  );
  mustBe('pods in the store', store.pods, informer.pods);
  return {
    what: 'heap per 10,000 pods in the store',
    ours: (store.heapMb * 10_000) / store.pods,
    reference: (informer.heapMb * 10_000) / informer.pods,
    referenceWhat: "client-node's ListWatch",
    unit: 'MB',
    limit: { of: 'ratio', most: 0.2 },
    note: 'after a full garbage collection, each in a process of its own',
  };
}

async function resident(world: World): Promise<Measure> {
  const { kubeconfig } = await world.main();
  const platform = await world.startPlatform();
  try {
    await platform.client();
    await sleep(restMs);
    const bare = residentMb(platform.pid);
    await platform.register('main', kubeconfig);
    const viewer = await followRows(platform, 'main', 'pods', { pageSize: 50 });
    const total = viewer.of('snapshot').at(-1)?.data.total as number;
    if (total < podCount(world.size)) throw new Error(`only ${total} pods`);
    await sleep(restMs);
    const live = residentMb(platform.pid);
    viewer.socket.close();
    return {
      what: `resident memory with ${total.toLocaleString('en-US')} pods live`,
      ours: live,
      reference: bare,
      referenceWhat: 'without clusters',
      unit: 'MB',
      limit: { of: 'difference', most: 60 },
      note: `the whole process, ${restMs / 1000} s after its first list, somebody watching`,
    };
  } finally {
    await platform.stop();
  }
}
