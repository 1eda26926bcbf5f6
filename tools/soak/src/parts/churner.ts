import { setTimeout as sleep } from 'node:timers/promises';
import type { LocalCluster } from '@pilothouse/control-plane';
import { apiPath, connect, deleteObject, KubeError, patchObject, readContext } from '@pilothouse/kube';

export interface ChurnOptions {
  pods: readonly { namespace: string; name: string }[];
  /** Watch events a second to bring about. */
  eventsPerSecond: number;
  seconds: number;
  signal: AbortSignal;
}

export interface ChurnResult {
  patches: number;
  deletes: number;
  /** Refused, but for a pod that another round had deleted. */
  failures: string[];
  /** Counted by a watch of our own. */
  events: number;
  seconds: number;
}

/** Of so many changes one deletes a pod: that is some three events, as its ReplicaSet replaces it, and as much work as a dozen patches. */
const changesPerDelete = 50;

/** Changes pods of a cluster at a steady rate, and counts the events that its watchers get. */
export async function churn(cluster: LocalCluster, options: ChurnOptions): Promise<ChurnResult> {
  const credential = readContext(cluster.kubeconfig, undefined, { allowInsecure: false });
  const connection = connect(credential, { addressPolicy: { allowLoopback: true } });
  const pods = { group: '', version: 'v1', plural: 'pods' };
  const result: ChurnResult = { patches: 0, deletes: 0, failures: [], events: 0, seconds: 0 };
  const alive = [...options.pods];

  async function change(number: number): Promise<void> {
    const index = Math.floor(Math.random() * alive.length);
    const pod = alive[index];
    if (!pod) return;
    try {
      if (number % changesPerDelete === 0) {
        alive.splice(index, 1);
        await deleteObject(connection, { ...pods, ...pod }, { gracePeriodSeconds: 0 });
        result.deletes += 1;
      } else {
        const text = `${number}`;
        const metadata =
          number % 2 === 0 ? { labels: { round: text } } : { annotations: { 'example.com/round': text } };
        await patchObject(connection, { ...pods, ...pod }, { metadata });
        result.patches += 1;
      }
    } catch (error) {
      if (!(error instanceof KubeError && error.status === 404)) result.failures.push(String(error));
    }
  }

  const ending = new AbortController();
  try {
    const counting = countEvents();
    // its failure is told at the end
    counting.catch(() => undefined);
    const begun = performance.now();
    const elapsed = () => (performance.now() - begun) / 1000;
    const running = new Set<Promise<void>>();
    for (let number = 1; elapsed() < options.seconds; number += 1) {
      const changing = change(number).finally(() => running.delete(changing));
      running.add(changing);
      // the watch that counts may lag: neither it nor the changes themselves run ahead
      while (Math.max(number, result.events) > options.eventsPerSecond * elapsed()) {
        await sleep(5, undefined, { signal: options.signal });
      }
      // a cluster that can't keep up is measured, not buried
      while (running.size > 50) await Promise.race(running);
    }
    result.seconds = elapsed();
    await Promise.all(running);
    await sleep(2000, undefined, { signal: options.signal });
    ending.abort();
    await counting;
    return result;
  } finally {
    ending.abort();
    await connection.close();
  }

  /** One event is one line. */
  async function countEvents(): Promise<void> {
    const { metadata } = await connection.json<{ metadata: { resourceVersion: string } }>({
      path: apiPath(pods),
      query: { limit: 1 },
    });
    const query = { watch: true, resourceVersion: metadata.resourceVersion };
    const { body } = await connection.stream({ path: apiPath(pods), query }, { signal: ending.signal });
    try {
      for await (const chunk of body as AsyncIterable<Buffer>) {
        for (const byte of chunk) if (byte === 0x0a) result.events += 1;
      }
    } catch (error) {
      if (!ending.signal.aborted) throw error;
    }
  }
}
