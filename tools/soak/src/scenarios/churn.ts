import { setTimeout as sleep } from 'node:timers/promises';
import { registerCluster } from '@pilothouse/e2e/support/clusters';
import { waitUntil } from '@pilothouse/e2e/support/processes';
import { churn as churnPods } from '../parts/churner.ts';
import { LivePage } from '../parts/live-page.ts';
import { podNames, settledDifferences } from '../parts/pod-versions.ts';
import type { Platform } from '../platform.ts';
import { atLeast, atMost, must, none, outcomeOf, type Figure, type Scenario } from '../scenario.ts';

interface Size {
  nodes: number;
  deployments: number;
  podsPerDeployment: number;
  namespaces: number;
  eventsPerSecond: number;
  seconds: number;
  /** What the event loop's delay may be at p99, in milliseconds; absent where the machine has other things to do. */
  delayLimit?: number;
}

/** Of what the platform tells as its event loop's delay, what the clock itself takes. */
const clockMs = 10;
/** Bar 7 of the performance bars, in MB. */
const memoryLimit = 60;

export const churn: Scenario<Size> = {
  name: 'churn',
  title:
    'Pods live in the store of the running platform, someone looking at a page of them, while they change',
  realNode: false,
  sizes: {
    full: {
      nodes: 1000,
      deployments: 200,
      podsPerDeployment: 100,
      namespaces: 20,
      eventsPerSecond: 200,
      seconds: 600,
      delayLimit: 50,
    },
    middle: {
      nodes: 100,
      deployments: 20,
      podsPerDeployment: 100,
      namespaces: 5,
      eventsPerSecond: 200,
      seconds: 60,
      delayLimit: 50,
    },
    small: {
      nodes: 5,
      deployments: 6,
      podsPerDeployment: 20,
      namespaces: 3,
      eventsPerSecond: 50,
      seconds: 10,
    },
  },
  async run(world, size) {
    const cluster = await world.scaleCluster(size);
    const platform = await world.platform();
    const admin = await platform.admin();
    const bare = await settledMemory(platform);
    await registerCluster(admin, 'churning', cluster.kubeconfig);
    const pods = { cluster: 'churning', group: 'core', plural: 'pods' };
    const page = await LivePage.open(platform, pods, { sort: 'namespace,name', pageSize: 100 });
    world.onClose(() => page.close());
    const count = size.deployments * size.podsPerDeployment;
    await waitUntil(
      'all pods are there',
      () => {
        world.signal.throwIfAborted();
        return page.state === 'live' && page.total === count;
      },
      60_000,
    );
    // it weighs each change so long that the apiserver closes its watch, and then looks at all pods anew, again and again
    await cluster.signal('kwok', 'SIGKILL');
    const before = await settledMemory(platform);

    world.say(`${count} pods are live; changing them for ${size.seconds} s`);
    const memory: number[] = [];
    const sampling = setInterval(() => memory.push(platform.memory()), 1000);
    world.onClose(() => clearInterval(sampling));
    // reading it begins it anew
    await platform.metric('nodejs_eventloop_lag_p99_seconds');
    const thread = platform.mainThread();
    const changes = await churnPods(cluster, {
      pods: await podNames(cluster),
      eventsPerSecond: size.eventsPerSecond,
      seconds: size.seconds,
      signal: world.signal,
    });
    const delay = (await platform.metric('nodejs_eventloop_lag_p99_seconds')) * 1000 - clockMs;
    clearInterval(sampling);
    const { ran, waited } = platform.mainThread();
    const share = (seconds: number) => `${((seconds / changes.seconds) * 100).toFixed(1)} % of the time`;

    const { apart, onPage } = await settledDifferences(world, cluster, platform, 'churning', page);
    const peak = Math.max(...memory);
    const figures: Figure[] = [
      { what: 'pods', measured: String(count) },
      {
        what: 'changes made',
        measured: `${changes.patches} patches, ${changes.deletes} deletions in ${Math.round(changes.seconds)} s`,
      },
      none('changes that the apiserver refused', changes.failures.length),
      atLeast('events a second', changes.events / changes.seconds, size.eventsPerSecond * 0.9),
      { what: 'memory of the process without clusters', measured: mb(bare) },
      { what: 'memory with all pods live, before the changes', measured: mb(before) },
      atMost('memory at its highest during the changes, above bare', peak - bare, memoryLimit, ' MB'),
      size.delayLimit === undefined
        ? { what: 'event-loop delay, p99', measured: `${Math.round(delay)} ms` }
        : atMost('event-loop delay, p99', delay, size.delayLimit, ' ms'),
      { what: 'its thread ran', measured: share(ran - thread.ran) },
      { what: 'its thread waited for a core', measured: share(waited - thread.waited) },
      { what: 'messages to the open page', measured: String(page.messages) },
      none('errors on the open page', page.errors.length),
      none('rows of the platform that differ from kubectl’s list (uid, resourceVersion)', apart),
      none('rows of the open page that differ from it', onPage),
      must('the list is live at the end', page.state === 'live', page.state),
    ];
    return outcomeOf(figures);

    /** The median of some seconds in which nothing happens. */
    async function settledMemory(platform: Platform): Promise<number> {
      const samples: number[] = [];
      for (let second = 0; second < 10; second += 1) {
        await sleep(1000, undefined, { signal: world.signal });
        samples.push(platform.memory());
      }
      return samples.toSorted((a, b) => a - b)[5] ?? 0;
    }
  },
};

const mb = (value: number) => `${value.toFixed(1)} MB`;
