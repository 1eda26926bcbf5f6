import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { AppError } from '../http/app-error.ts';
import { defaultLeaseTimes, RunnerStopping, type LeaseTimes } from './lease-keeper.ts';
import { OperationChanges, type OperationListener } from './operation-changes.ts';
import type { OperationActor, OperationHandler, OperationRequest } from './operation-handler.ts';
import { OperationLeases, type Lease } from './operation-leases.repository.ts';
import { OperationRun, type AnyHandler, type RunnerOptions } from './operation-runner.ts';
import type { OperationItemRow, OperationsRepository } from './operations.repository.ts';
import type { Database } from '../db/database.ts';

export interface OperationsOptions extends Pick<RunnerOptions, 'audit' | 'authoriser' | 'onError'> {
  database: Database;
  repository: OperationsRepository;
  /** Names this process in leases. */
  owner?: string;
  times?: LeaseTimes;
  /** How often to look for work nobody announced: left over, or submitted elsewhere. */
  pollMs?: number;
}

/** Operations at work in one process at once; the rest waits for its turn or another process. */
const maxRunning = 4;
/** An operation that took its process down this often is given up. */
const maxAttempts = 10;

/**
 * The one runner of long work. Every process of the platform has one; an operation is run by whichever takes its lease,
 * and is taken over when that process is gone.
 */
export class Operations {
  readonly #options: OperationsOptions;
  readonly #owner: string;
  readonly #times: LeaseTimes;
  readonly #leases: OperationLeases;
  readonly #changes: OperationChanges;
  readonly #handlers = new Map<string, AnyHandler>();
  readonly #running = new Map<OperationRun, Promise<void>>();
  readonly #stopping = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;
  #lookAgain = false;

  constructor(options: OperationsOptions) {
    this.#options = options;
    this.#owner = options.owner ?? `${hostname().slice(0, 27)}-${randomUUID()}`;
    this.#times = options.times ?? defaultLeaseTimes;
    this.#leases = new OperationLeases(options.database, this.#times.leaseMs);
    this.#changes = new OperationChanges(options.repository, options.onError);
  }

  /** Makes a kind known; before `start`. */
  register<Input, Item>(kind: string, handler: OperationHandler<Input, Item>): void {
    if (this.#handlers.has(kind)) throw new Error(`Operation kind ${kind} is registered twice`);
    this.#handlers.set(kind, handler as unknown as AnyHandler);
  }

  start(): void {
    this.#timer = setInterval(() => this.#look(), this.#options.pollMs ?? 1000);
    this.#look();
  }

  /** Writes the operation and returns its id; it begins at once, here or in another process. */
  async submit<Input, Item>(request: OperationRequest<Input, Item>): Promise<string> {
    const handler = this.#handlers.get(request.kind);
    if (handler === undefined) throw new Error(`Operation kind ${request.kind} is not registered`);
    const id = await this.#options.repository.create({
      ...request,
      input: handler.input.parse(request.input),
      items: request.items.map(({ target, input }) => ({ target, input: handler.item.parse(input) })),
    });
    this.#changed(id);
    this.#look();
    return id;
  }

  /** Asks it to stop before its next step. Throws `notCancellable` when it has ended. */
  async cancel(id: string): Promise<void> {
    if (!(await this.#options.repository.requestCancel(id))) throw new AppError('notCancellable');
    for (const run of this.#running.keys()) if (run.operationId === id) run.cancel();
    this.#changed(id);
  }

  /** Submits what failed in `id` again, on behalf of `actor`. Throws `notRetryable` when nothing did. */
  async retry(id: string, actor: OperationActor): Promise<string> {
    const { repository } = this.#options;
    const failed = (await repository.items(id)).filter(isRetryable);
    if (failed.length === 0) throw new AppError('notRetryable');
    const items = failed.map(({ target, input }) => ({ target, input }));
    const retry = await repository.create({ ...(await repository.request(id)), items, actor, retryOf: id });
    this.#changed(retry);
    this.#look();
    return retry;
  }

  /** Called with the id of every operation that changes, in whatever process; returns how to stop listening. */
  onChange(listener: OperationListener): () => void {
    return this.#changes.onChange(listener);
  }

  /** Takes nothing more, lets steps at work end or aborts them, and hands over what is not done. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#changes.stop();
    this.#stopping.abort(new RunnerStopping());
    await this.#looking;
    await Promise.all(this.#running.values());
  }

  #changed(id: string): void {
    this.#changes.emit(id);
  }

  /** Takes what there is, once started; calls that come meanwhile are answered by one more round. */
  #look(): void {
    if (this.#timer === undefined) return;
    if (this.#looking !== undefined) {
      this.#lookAgain = true;
      return;
    }
    this.#looking = this.#takeAll()
      .catch(this.#options.onError)
      .finally(() => {
        this.#looking = undefined;
        if (!this.#lookAgain) return;
        this.#lookAgain = false;
        this.#look();
      });
  }

  async #takeAll(): Promise<void> {
    while (!this.#stopping.signal.aborted && this.#running.size < maxRunning) {
      const lease = await this.#leases.take([...this.#handlers.keys()], this.#owner);
      if (lease === undefined) return;
      this.#changed(lease.id);
      if (lease.attempt > maxAttempts) {
        await this.#leases.finish(lease, { state: 'failed', result: { code: 'abandoned', params: {} } });
      } else {
        this.#run(lease);
      }
    }
  }

  #run(lease: Lease): void {
    const handler = this.#handlers.get(lease.kind);
    if (handler === undefined) return;
    const { audit, authoriser, onError } = this.#options;
    const run = new OperationRun({
      handler,
      lease,
      stopping: this.#stopping.signal,
      options: {
        leases: this.#leases,
        times: this.#times,
        audit,
        authoriser,
        onError,
        onChange: (id) => this.#changed(id),
      },
    });
    const ended = run.toEnd().finally(() => {
      this.#running.delete(run);
      this.#changed(lease.id);
      if (!this.#stopping.signal.aborted) this.#look();
    });
    this.#running.set(run, ended);
  }
}

/** What failed, or never had its turn because something before it failed. */
function isRetryable(item: OperationItemRow): boolean {
  return item.state === 'failed' || (item.state === 'skipped' && item.result?.code === 'earlierStepFailed');
}
