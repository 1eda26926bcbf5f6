import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { join } from 'node:path';
import { reapOrphans } from './clusters.ts';
import type { LocalCluster } from './local-cluster.ts';
import { realNodePossible } from './node/real-node-possible.ts';
import { cacheDirectory } from './paths.ts';
import { startCluster, type StartClusterOptions } from './start-cluster.ts';

/** What a test file may ask of a shared cluster. */
export type TestClusterRequest = Pick<
  StartClusterOptions,
  'name' | 'kwokNodes' | 'realNode' | 'metrics' | 'landscape' | 'containerLogMaxSize'
>;

/** How test files reach the process that keeps the clusters of a run. */
export interface TestClusterKeeper {
  url: string;
  token: string;
}

declare module 'vitest' {
  interface ProvidedContext {
    testClusters: TestClusterKeeper;
  }
}

/** Where a shared cluster is found. */
export interface TestClusterAddress {
  name: string;
  dataDir: string;
}

const dataDir = () => join(cacheDirectory(), 'test-clusters');

/**
 * Keeps the clusters that the files of one test run share: started when the first one asks, stopped with the run, or by their
 * supervisors when the run is killed.
 */
export async function keepTestClusters(): Promise<TestClusterKeeper & { close(): Promise<void> }> {
  await reapOrphans({ dataDir: dataDir() });
  const token = randomBytes(16).toString('hex');
  const clusters = new Map<string, Promise<LocalCluster>>();

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      if (request.headers.authorization !== `Bearer ${token}`) throw new Error('wrong token');
      const wanted = (await json(request)) as TestClusterRequest;
      const key = JSON.stringify(wanted);
      const starting = clusters.get(key) ?? start(wanted, clusters.size);
      clusters.set(key, starting);
      const address: TestClusterAddress = { name: (await starting).name, dataDir: dataDir() };
      response.end(JSON.stringify(address));
    } catch (error) {
      response.writeHead(500).end(error instanceof Error ? error.message : String(error));
    }
  }

  const server = createServer((request, response) => void answer(request, response));
  // the first build takes longer than any usual limit
  server.requestTimeout = 0;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    token,
    close: async () => {
      server.close();
      const started = await Promise.allSettled(clusters.values());
      const running = started.filter((result) => result.status === 'fulfilled');
      const stopped = await Promise.allSettled(running.map((result) => result.value.stop()));
      const failed = stopped.find((result) => result.status === 'rejected');
      if (failed) throw failed.reason;
    },
  };
}

async function start(wanted: TestClusterRequest, number: number): Promise<LocalCluster> {
  const realNode = wanted.realNode === true && (await realNodePossible()).ok;
  const cluster = await startCluster({
    ...wanted,
    // several runs on one machine don't meet
    name: `${wanted.name}-${process.pid}-${number}`,
    realNode,
    dataDir: dataDir(),
    onProgress: ({ message }) => process.stderr.write(`cluster ${wanted.name}: ${message}\n`),
  });
  if (wanted.landscape === 'demo') await settle(cluster);
  return cluster;
}

/** Waits until the demo landscape's healthy pods are Ready; the crashing one and the unpullable one never are. */
async function settle(cluster: LocalCluster): Promise<void> {
  const wait = ['wait', '--namespace', 'demo', '--timeout', '90s'];
  await cluster.kubectl(...wait, '--for=condition=Available', 'deployment/web');
  await cluster.kubectl(...wait, '--for=condition=Ready', 'pod/shell', 'pod/many-containers');
  await cluster.kubectl(...wait, '--for=condition=Complete', 'job/migrate');
}
