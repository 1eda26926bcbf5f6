import {
  connectCluster,
  fillScale,
  realNodePossible,
  startCluster,
  startDetachedCluster,
  startScaleCluster,
  type LocalCluster,
} from '@pilothouse/control-plane';
import { sideSize, type Size } from './size.ts';

interface Options {
  /** It goes on after this process, for the next run. */
  keep: boolean;
  say: (message: string) => void;
  signal: AbortSignal;
}

/** The measured cluster: fake nodes and many pods. The first time of a size takes about 12 minutes for 20,000, later ones seconds. */
export function mainCluster({ name, nodes, shape }: Size, options: Options): Promise<LocalCluster> {
  return findOrStart(`bench-${name}`, options, (common) =>
    startScaleCluster({ ...common, ...shape, nodes, detached: options.keep }),
  );
}

/** The cluster beside it: 200 pods on fake nodes, and a real node where the machine can have one. */
export function sideCluster(options: Options): Promise<LocalCluster> {
  return findOrStart('bench-side', options, async (common) => {
    const start = options.keep ? startDetachedCluster : startCluster;
    const realNode = (await realNodePossible()).ok;
    // what a log's follower makes of its rotation is a matter of tests, not of speed
    const spec = { kwokNodes: sideSize.nodes, realNode, containerLogMaxSize: '1Gi' };
    const cluster = await start({ ...common, ...spec });
    await fillScale(cluster, sideSize.shape, { signal: options.signal });
    return cluster;
  });
}

/** A second small one, without a real node. */
export function otherCluster(options: Options): Promise<LocalCluster> {
  const start = options.keep ? startDetachedCluster : startCluster;
  return findOrStart('bench-other', options, (common) => start({ ...common, kwokNodes: sideSize.nodes }));
}

type CommonOptions = Pick<Parameters<typeof startCluster>[0], 'name' | 'signal' | 'onProgress'>;

async function findOrStart(
  name: string,
  { say, signal }: Options,
  start: (common: CommonOptions) => Promise<LocalCluster>,
): Promise<LocalCluster> {
  const running = await connectCluster(name).catch(() => undefined);
  if (running) {
    say(`${name} runs already`);
    return running;
  }
  let last = '';
  return start({
    name,
    signal,
    onProgress: ({ message }) => {
      if (message !== last) say(`${name}: ${message}`);
      last = message;
    },
  });
}
