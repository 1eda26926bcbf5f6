import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { kubeconfigOf, mintAuthority, mintCertificate } from '@pilothouse/control-plane';

/** What a process is, as JSON in its first argument. */
export interface FakeClusters {
  clusters: number;
  nodes: number;
  pods: number;
  /** How long a version takes; long enough, probes meet. */
  versionMs: number;
}

/** What the servers have seen since they were last asked. */
export interface FakeClusterFigures {
  /** Open sockets and running watches of each cluster, now. */
  sockets: number[];
  watches: number[];
  /** Requests of each cluster. */
  requests: number[];
  /** Of these, questions for the version. */
  versions: number[];
  /** Most clusters that were being asked for their version at one moment, and in one second. */
  mostProbedAtOnce: number;
  mostProbedInASecond: number;
}

const wanted = JSON.parse(process.argv[2] ?? '') as FakeClusters;
const many = <T>(length: number, item: (index: number) => T) =>
  Array.from({ length }, (_, index) => item(index));
const metadata = (name: string) => ({ name, uid: `uid-${name}`, resourceVersion: '1' });
const pods = many(wanted.pods, (index) => ({
  metadata: { ...metadata(`pod-${index}`), namespace: 'shop' },
  spec: {
    nodeName: `node-${index % wanted.nodes}`,
    containers: [{ name: 'main', image: 'none', resources: { requests: { cpu: '100m', memory: '64Mi' } } }],
  },
  status: { phase: 'Running' },
}));
const nodes = many(wanted.nodes, (index) => ({
  metadata: metadata(`node-${index}`),
  spec: {},
  status: {
    allocatable: { cpu: '4', memory: '16Gi', pods: '110' },
    conditions: [{ type: 'Ready', status: 'True' }],
    nodeInfo: { kubeletVersion: 'v1.36.0' },
  },
}));
const usage = nodes.map(({ metadata: { name } }) => ({
  metadata: { name },
  usage: { cpu: '1200m', memory: '5Gi' },
}));
const resource = (plural: string, kind: string, scope: string) => ({
  resource: plural,
  responseKind: { group: '', version: 'v1', kind },
  scope,
  verbs: ['get', 'list', 'watch'],
});
const served = [resource('pods', 'Pod', 'Namespaced'), resource('nodes', 'Node', 'Cluster')];
const discovery = (items: unknown[]) => ({ kind: 'APIGroupDiscoveryList', items });
const listOf = (apiVersion: string, kind: string, items: unknown[] = []) => ({
  apiVersion,
  kind: `${kind}List`,
  metadata: { resourceVersion: '1' },
  items,
});
const answers: Record<string, object> = {
  '/version': { gitVersion: 'v1.36.0' },
  '/api': discovery([{ metadata: {}, versions: [{ version: 'v1', resources: served }] }]),
  '/apis': discovery([]),
  '/api/v1/pods': listOf('v1', 'Pod', pods),
  '/api/v1/nodes': listOf('v1', 'Node', nodes),
  '/api/v1/events': listOf('v1', 'Event'),
  '/apis/metrics.k8s.io/v1beta1/nodes': listOf('metrics.k8s.io/v1beta1', 'NodeMetrics', usage),
  '/apis/apiextensions.k8s.io/v1/customresourcedefinitions': listOf(
    'apiextensions.k8s.io/v1',
    'CustomResourceDefinition',
  ),
  '/apis/apiregistration.k8s.io/v1/apiservices': listOf('apiregistration.k8s.io/v1', 'APIService'),
};

/** The piece of a list that is asked for, and what is left of it. */
function pieceOf(list: object, query: URLSearchParams): object {
  const limit = Number(query.get('limit') ?? 0);
  if (!('items' in list) || !Array.isArray(list.items) || limit === 0) return list;
  const from = Number(query.get('continue') ?? 0);
  const left = list.items.length - from - limit;
  const rest = left <= 0 ? {} : { continue: String(from + limit), remainingItemCount: left };
  return {
    ...list,
    metadata: { resourceVersion: '1', ...rest },
    items: list.items.slice(from, from + limit),
  };
}

const probing = new Set<number>();
let figures = { mostProbedAtOnce: 0, probedAt: [] as number[] };

/** One apiserver among many: just enough to be probed, listed and watched. */
class FakeCluster {
  readonly sockets = new Set<Duplex>();
  watches = 0;
  requests = 0;
  versions = 0;
  readonly #number: number;

  constructor(number: number) {
    this.#number = number;
  }

  answer(request: IncomingMessage, response: ServerResponse): void {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'https://fake');
    this.requests += 1;
    // an older server: it lists first
    if (searchParams.has('sendInitialEvents')) return void response.writeHead(400).end();
    if (searchParams.has('watch')) return this.#watch(response);
    const send = () => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(pieceOf(answers[pathname] ?? {}, searchParams)));
    };
    if (pathname === '/version') this.#version(send);
    else send();
  }

  #version(send: () => void): void {
    this.versions += 1;
    probing.add(this.#number);
    figures.mostProbedAtOnce = Math.max(figures.mostProbedAtOnce, probing.size);
    figures.probedAt.push(Date.now());
    setTimeout(() => {
      probing.delete(this.#number);
      send();
    }, wanted.versionMs);
  }

  #watch(response: ServerResponse): void {
    this.watches += 1;
    response.writeHead(200, { 'content-type': 'application/json' }).flushHeaders();
    response.on('close', () => (this.watches -= 1));
  }
}

function mostInASecond(times: number[]): number {
  return Math.max(0, ...times.map((from) => times.filter((at) => at >= from && at < from + 1000).length));
}

/** A process that is so many clusters; tells their kubeconfigs, and its figures whenever it is asked. */
const ca = await mintAuthority('fake-clusters');
const pair = await mintCertificate({ ca, commonName: 'fake', names: ['127.0.0.1'] });
const clusters = many(wanted.clusters, (number) => new FakeCluster(number));
const kubeconfigs = await Promise.all(
  clusters.map(async (cluster, number) => {
    const server = createServer({ cert: pair.certificate, key: pair.key }, (request, response) =>
      cluster.answer(request, response),
    );
    // as an apiserver: it says nothing of how long it keeps a connection
    server.keepAliveTimeout = 0;
    server.on('connection', (socket: Duplex) => {
      cluster.sockets.add(socket);
      socket.once('close', () => cluster.sockets.delete(socket));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const credential = { token: `token-${number}` };
    const place = { server: `https://127.0.0.1:${port}`, certificateAuthority: ca.certificate };
    return kubeconfigOf({ name: `fake-${number}`, ...place, credential });
  }),
);
process.send?.(kubeconfigs);
process.on('message', () => {
  const seen: FakeClusterFigures = {
    sockets: clusters.map(({ sockets }) => sockets.size),
    watches: clusters.map(({ watches }) => watches),
    requests: clusters.map(({ requests }) => requests),
    versions: clusters.map(({ versions }) => versions),
    mostProbedAtOnce: figures.mostProbedAtOnce,
    mostProbedInASecond: mostInASecond(figures.probedAt),
  };
  figures = { mostProbedAtOnce: 0, probedAt: [] };
  for (const cluster of clusters) cluster.requests = cluster.versions = 0;
  process.send?.(seen);
});
process.on('disconnect', () => process.exit(0));
