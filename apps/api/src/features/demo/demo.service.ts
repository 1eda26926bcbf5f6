import type { demoState } from '@pilothouse/contract';
import { realNodePossible } from '@pilothouse/control-plane';
import type { z } from 'zod';
import { AppError } from '../../http/app-error.ts';
import type { OperationActor } from '../../operations/operation-handler.ts';
import type { OperationsRepository } from '../../operations/operations.repository.ts';
import type { Operations } from '../../operations/operations.ts';
import { demoObstacle, type DemoObstacle, type DemoSettings } from './demo-availability.ts';
import { demoKind, demoOperation, type DemoStep } from './demo-operation.ts';
import { LocalDemo } from './local-demo.ts';

export type DemoState = z.output<typeof demoState>;

/** What the demo needs of the registered clusters. */
export interface DemoClusters {
  /** The demo's cluster, while it is registered. */
  demoCluster: () => Promise<{ name: string } | undefined>;
  registerDemo: (kubeconfig: string) => Promise<void>;
  /** Whether one is registered, or somebody put a kubeconfig where the platform looks for them. */
  isAnyKnown: () => Promise<boolean>;
}

export interface DemoServiceOptions {
  settings: DemoSettings;
  /** Holds the local cluster's state. */
  dataDir: string;
  clusters: DemoClusters;
  operations: Operations;
  repository: OperationsRepository;
}

/** How long an answer about this machine is believed: pages ask every few seconds. */
const obstacleMs = 30_000;

const platform: OperationActor = { userId: null, username: 'platform', address: '' };

/** The demo cluster: started by itself at the first start, by a click elsewhere, stopped with the platform. */
export class DemoService {
  readonly #options: DemoServiceOptions;
  readonly #demo: LocalDemo;
  #obstacle: { at: number; found: Promise<DemoObstacle | undefined> } | undefined;

  constructor(options: DemoServiceOptions) {
    this.#options = options;
    this.#demo = new LocalDemo(options.dataDir);
  }

  /** Makes its kind of operation known. */
  register(): void {
    const { operations, clusters } = this.#options;
    operations.register(
      demoKind,
      demoOperation(this.#demo, (kubeconfig) => clusters.registerDemo(kubeconfig)),
    );
  }

  /** At the start of the platform: brings the demo back, or brings it up where there is nothing else to look at. */
  async start(): Promise<void> {
    if (this.#options.settings.demo === 'off' || !(await this.#isWanted())) return;
    if ((await this.#findObstacle()) === undefined) await this.#submit(platform);
  }

  /** After the operations have stopped: ends the local cluster. */
  async stop(): Promise<void> {
    await this.#demo.stop();
  }

  async state(): Promise<DemoState> {
    const { settings, repository, clusters } = this.#options;
    if (settings.demo === 'off') return { state: 'off', reason: null, operation: null };
    const latest = await repository.latest(demoKind);
    const operation = latest?.id ?? null;
    if (latest?.state === 'queued' || latest?.state === 'running') {
      return { state: 'starting', reason: null, operation };
    }
    if (this.#demo.running && (await clusters.demoCluster())) {
      return { state: 'running', reason: null, operation };
    }
    const obstacle = await this.#findObstacle();
    if (obstacle !== undefined) return { state: 'unavailable', reason: obstacle, operation: null };
    if (latest?.state === 'failed') {
      return { state: 'failed', reason: await this.#failureOf(latest.id), operation };
    }
    return { state: 'absent', reason: null, operation };
  }

  /** Throws `demoUnavailable` where there can be none; what runs or starts already is left alone. */
  async begin(actor: OperationActor): Promise<DemoState> {
    const { state, reason } = await this.state();
    if (state === 'off' || state === 'unavailable') {
      throw new AppError('demoUnavailable', { reason: reason ?? state });
    }
    if (state === 'absent' || state === 'failed') await this.#submit(actor);
    return this.state();
  }

  #findObstacle(): Promise<DemoObstacle | undefined> {
    const now = performance.now();
    if (this.#obstacle === undefined || now - this.#obstacle.at > obstacleMs) {
      this.#obstacle = { at: now, found: demoObstacle(this.#options.settings) };
    }
    return this.#obstacle.found;
  }

  async #isWanted(): Promise<boolean> {
    const { clusters, repository } = this.#options;
    const latest = await repository.latest(demoKind);
    // left over by a process that was killed: the runner takes it up again
    if (latest?.state === 'queued' || latest?.state === 'running') return false;
    if ((await clusters.demoCluster()) !== undefined) return true;
    // somebody cancelled it, or removed the cluster
    if (latest !== undefined && latest.state !== 'failed') return false;
    return !(await clusters.isAnyKnown());
  }

  async #submit(actor: OperationActor): Promise<void> {
    const { ok: realNode } = await realNodePossible();
    const steps: DemoStep[] = [
      'buildControlPlane',
      ...(realNode ? (['buildNode'] as const) : []),
      'startCluster',
      'registerCluster',
    ];
    await this.#options.operations.submit({
      kind: demoKind,
      input: {},
      items: steps.map((step) => ({ target: step, input: { step } })),
      actor,
      cluster: null,
    });
  }

  async #failureOf(operationId: string): Promise<string | null> {
    const failure = await this.#options.repository.firstFailure(operationId);
    return failure === undefined ? null : String(failure.params['reason'] ?? failure.code);
  }
}
