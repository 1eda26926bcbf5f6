import {
  realNodePossible,
  startCluster,
  stopCluster,
  type LocalCluster,
  type Progress,
} from '@pilothouse/control-plane';

const name = 'demo';
const kwokNodes = 3;

export interface StartWatch {
  onProgress: (progress: Progress) => void;
  signal: AbortSignal;
}

/** The local cluster that lives and ends with this process. */
export class LocalDemo {
  readonly #dataDir: string;
  #cluster: LocalCluster | undefined;

  /** `dataDir` holds the clusters' state. */
  constructor(dataDir: string) {
    this.#dataDir = dataDir;
  }

  get running(): boolean {
    return this.#cluster !== undefined;
  }

  /** Starts it unless it runs; what a killed process left of it is cleared away first. */
  async ensureRunning(watch: StartWatch): Promise<LocalCluster> {
    if (this.#cluster !== undefined) return this.#cluster;
    await stopCluster(name, { dataDir: this.#dataDir });
    const { ok: realNode } = await realNodePossible();
    this.#cluster = await startCluster({
      ...watch,
      name,
      realNode,
      kwokNodes,
      metrics: true,
      landscape: 'demo',
      dataDir: this.#dataDir,
    });
    return this.#cluster;
  }

  async stop(): Promise<void> {
    const cluster = this.#cluster;
    this.#cluster = undefined;
    await cluster?.stop();
  }
}
