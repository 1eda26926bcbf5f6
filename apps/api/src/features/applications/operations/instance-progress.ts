import type { Versions } from '../../../db/versions.ts';
import { AppError } from '../../../http/app-error.ts';
import type { ItemRun } from '../../../operations/operation-handler.ts';
import { errorOf } from '../../../reconcile/phase-of.ts';
import { isLasting } from '../../../reconcile/reconcile-failure.ts';
import type { Reconciler } from '../../../reconcile/reconciler.ts';
import type { UnitState } from '../../../reconcile/unit-state.ts';

/** Where an instance is, or is to be. */
export interface Place {
  clusterId: string | null;
  namespace: string;
}

/** What is waited for: that a cluster has an instance, that its Pods are the new ones and ready, or that it is gone. */
export interface Goal {
  instance: string;
  name: string;
  place: Place;
  until: 'applied' | 'rolledOut' | 'gone';
  deadlineSeconds: number;
}

interface Progress {
  isReached: boolean;
  /** Where it is: a step of its item. */
  code: 'applying' | 'rollingOut' | 'removing';
  params: Record<string, number>;
}

interface Waiting {
  instance: string;
  tell: (states: UnitState[]) => void;
}

type Turn = Pick<ItemRun<unknown, unknown>, 'begunAt' | 'signal' | 'step' | 'wait'>;

/** Deadlines are noticed so late. */
const tickMs = 1000;

/** Waits for clusters on behalf of items of operations: all that is waited for is read together, when something changes. */
export class InstanceProgress {
  readonly #reconciler: Pick<Reconciler, 'states' | 'lookedAt'>;
  readonly #onError: (error: unknown) => void;
  readonly #waiting = new Set<Waiting>();
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;
  #looksAgain = false;

  constructor(parts: {
    reconciler: Pick<Reconciler, 'states' | 'lookedAt'>;
    versions: Pick<Versions, 'onChange'>;
    onError: (error: unknown) => void;
  }) {
    this.#reconciler = parts.reconciler;
    this.#onError = parts.onError;
    parts.versions.onChange('applications', () => this.#look());
  }

  /**
   * Resolves once the goal is reached. Throws what the cluster will refuse until somebody changes something, and at the
   * deadline what is in the way.
   */
  async reach(goal: Goal, { begunAt, signal, step, wait }: Turn): Promise<void> {
    const deadline = (begunAt?.getTime() ?? Date.now()) + goal.deadlineSeconds * 1000;
    let told = '';
    for (;;) {
      const news = this.#until(
        goal.instance,
        (states) => {
          const progress = progressOf(goal, states);
          if (!progress.isReached && Date.now() > deadline) throw late(goal, states);
          return progress.isReached || textOf(progress) !== told ? progress : undefined;
        },
        signal,
      );
      const progress = await wait(news);
      if (progress.isReached) return;
      told = textOf(progress);
      await step(progress.code, progress.params);
    }
  }

  #until<T>(instance: string, look: (states: UnitState[]) => T | undefined, signal: AbortSignal): Promise<T> {
    return new Promise((resolve, reject) => {
      const end = () => {
        this.#waiting.delete(waiting);
        signal.removeEventListener('abort', onAbort);
      };
      const onAbort = () => {
        end();
        reject(signal.reason as Error);
      };
      const waiting: Waiting = {
        instance,
        tell: (states) => {
          try {
            const seen = look(states);
            if (seen === undefined) return;
            end();
            resolve(seen);
          } catch (error) {
            end();
            reject(error as Error);
          }
        },
      };
      if (signal.aborted) return void reject(signal.reason as Error);
      signal.addEventListener('abort', onAbort, { once: true });
      this.#waiting.add(waiting);
      this.#timer ??= setInterval(() => this.#look(), tickMs);
      this.#look();
    });
  }

  /** Calls that come meanwhile are answered by one more look. */
  #look(): void {
    if (this.#waiting.size === 0) {
      clearInterval(this.#timer);
      this.#timer = undefined;
      return;
    }
    if (this.#looking !== undefined) {
      this.#looksAgain = true;
      return;
    }
    this.#looking = this.#tell()
      .catch(this.#onError)
      .finally(() => {
        this.#looking = undefined;
        if (!this.#looksAgain) return;
        this.#looksAgain = false;
        this.#look();
      });
  }

  async #tell(): Promise<void> {
    const asked = [...this.#waiting];
    const ids = [...new Set(asked.map(({ instance }) => instance))];
    const states = await this.#reconciler.states('instance', ids);
    this.#reconciler.lookedAt(states.map(({ id }) => id));
    const byOwner = Map.groupBy(states, ({ ownerId }) => ownerId);
    for (const { instance, tell } of asked) tell(byOwner.get(instance) ?? []);
  }
}

const textOf = ({ code, params }: Progress) => JSON.stringify([code, params]);

const stateAt = ({ place }: Goal, states: readonly UnitState[]) =>
  states.find(({ clusterId, namespace }) => clusterId === place.clusterId && namespace === place.namespace);

function progressOf(goal: Goal, states: readonly UnitState[]): Progress {
  const state = stateAt(goal, states);
  if (goal.until === 'gone') {
    if (state !== undefined) requireHope(state);
    return { isReached: state === undefined, code: 'removing', params: {} };
  }
  // it was wanted there, and is no more
  if (state === undefined && goal.place.clusterId !== null)
    throw new AppError('changedMeanwhile', { what: goal.name });
  if (state === undefined) return { isReached: false, code: 'applying', params: {} };
  if (state.applied !== state.wanted) {
    requireHope(state);
    return { isReached: false, code: 'applying', params: {} };
  }
  if (goal.until === 'applied') return { isReached: true, code: 'applying', params: {} };
  const workload = state.status?.kind === 'Deployment' ? state.status : undefined;
  if (workload?.rollout === 'Paused') throw new AppError('rolloutPaused', { name: goal.name });
  const { ready = 0, wanted = 0 } = workload ?? {};
  return { isReached: workload?.rollout === 'Complete', code: 'rollingOut', params: { ready, wanted } };
}

/** Throws what the cluster has refused for good; of an attempt before the last change nothing is known any more. */
function requireHope({ error, attempt }: UnitState): void {
  if (error !== null && attempt > 0 && isLasting(error.code)) throw new AppError(error.code, error.params);
}

function late(goal: Goal, states: readonly UnitState[]): AppError {
  const error = errorOf(stateAt(goal, states));
  if (error !== null) return new AppError(error.code, error.params);
  return new AppError('notReadyInTime', { seconds: goal.deadlineSeconds });
}
