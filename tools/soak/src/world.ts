import { startCluster, startScaleCluster, type LocalCluster } from '@pilothouse/control-plane';
import { startPlatform, type Platform } from './platform.ts';

type ClusterOptions = Omit<Parameters<typeof startCluster>[0], 'name' | 'signal' | 'onProgress'>;
type ScaleOptions = Omit<Parameters<typeof startScaleCluster>[0], 'name' | 'signal' | 'onProgress'>;

export interface WorldOptions {
  /** Names its clusters. */
  name: string;
  /** Aborted when the run is to end. */
  signal: AbortSignal;
  say: (message: string) => void;
}

/** What a scenario plays in. Everything it starts ends with it, and with this process. */
export class World {
  readonly signal: AbortSignal;
  readonly say: (message: string) => void;
  readonly #name: string;
  readonly #started: (() => unknown)[] = [];
  #clusters = 0;

  constructor({ name, signal, say }: WorldOptions) {
    this.#name = name;
    this.signal = signal;
    this.say = say;
  }

  /** `stop` is called at the end; what was started last ends first. */
  onClose(stop: () => unknown): void {
    this.#started.push(stop);
  }

  /** The product as `npm start` runs it, with a database and data of its own. */
  async platform(settings: Record<string, string> = {}): Promise<Platform> {
    this.signal.throwIfAborted();
    this.say('starting the platform');
    const platform = await startPlatform(settings);
    this.onClose(() => platform.stop());
    return platform;
  }

  async cluster(options: ClusterOptions): Promise<LocalCluster> {
    return this.#keep(await startCluster({ ...options, ...this.#clusterOptions() }));
  }

  /** A cluster of fake nodes filled with Deployments. */
  async scaleCluster(options: ScaleOptions): Promise<LocalCluster> {
    // else its servers spend a quarter of their time looking for garbage
    process.env['GOGC'] ??= '400';
    return this.#keep(await startScaleCluster({ ...options, ...this.#clusterOptions() }));
  }

  /** Ends everything, whatever becomes of it on the way. */
  async close(): Promise<void> {
    for (const stop of this.#started.splice(0).toReversed()) {
      await Promise.resolve(stop()).catch((error: unknown) => this.say(`while stopping: ${String(error)}`));
    }
  }

  #keep(cluster: LocalCluster): LocalCluster {
    this.onClose(() => cluster.stop());
    return cluster;
  }

  #clusterOptions() {
    this.#clusters += 1;
    let last = { step: '', at: 0 };
    return {
      name: `soak-${this.#name}-${process.pid}-${this.#clusters}`,
      signal: this.signal,
      onProgress: ({ step, message }: { step: string; message: string }) => {
        if (step === last.step && Date.now() - last.at < 30_000) return;
        last = { step, at: Date.now() };
        this.say(message);
      },
    };
  }
}
