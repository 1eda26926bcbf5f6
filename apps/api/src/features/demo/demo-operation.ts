import { platformRight } from '@pilothouse/contract';
import { buildTools, type Progress } from '@pilothouse/control-plane';
import { z } from 'zod';
import { AppError } from '../../http/app-error.ts';
import type { ItemRun, OperationHandler } from '../../operations/operation-handler.ts';
import type { LocalDemo } from './local-demo.ts';

export const demoKind = 'demo.start';

/** The steps, translated by the SPA as `operationTarget.<step>`. */
const steps = ['buildControlPlane', 'buildNode', 'startCluster', 'registerCluster'] as const;
export type DemoStep = (typeof steps)[number];
const item = z.strictObject({ step: z.enum(steps) });

/** Registers the demo's kubeconfig, or gives its cluster the new one. */
export type RegisterDemo = (kubeconfig: string) => Promise<void>;

type Run = ItemRun<object, { step: DemoStep }>;

/** How often progress is written down. */
const progressMs = 1000;

/** Builds what is missing, starts the local cluster and registers it. Each step may be repeated. */
export function demoOperation(
  demo: LocalDemo,
  register: RegisterDemo,
): OperationHandler<object, { step: DemoStep }> {
  const work: Record<DemoStep, (run: Run) => Promise<unknown>> = {
    buildControlPlane: (run) => buildTools({ only: ['controlPlane'], ...watchOf(run) }),
    buildNode: (run) => buildTools({ only: ['node'], ...watchOf(run) }),
    startCluster: (run) => demo.ensureRunning(watchOf(run)),
    // the cluster is gone when the process that started it was killed before it came to this
    registerCluster: async (run) => register((await demo.ensureRunning(watchOf(run))).kubeconfig),
  };
  return {
    input: z.strictObject({}),
    item,
    stopsAtFailure: true,
    interruptible: true,
    requirements: () => [platformRight('POST', '/demo')],
    audit: (_operation, { step }) =>
      step === 'registerCluster'
        ? { code: 'demo.start', target: { resource: 'cluster', name: 'demo' } }
        : null,
    async run(run) {
      try {
        await work[run.item.step](run);
      } catch (error) {
        if (run.signal.aborted || error instanceof AppError) throw error;
        const reason = error instanceof Error ? error.message : String(error);
        throw new AppError('demoUnavailable', { reason }, undefined, { cause: error });
      }
      return { state: 'succeeded', code: 'done' };
    },
  };
}

/** Progress as the item's step: at most one write a second, one after another. */
function watchOf({ step, signal }: Run): { onProgress: (progress: Progress) => void; signal: AbortSignal } {
  let writing = false;
  let writtenAt = -Infinity;
  const onProgress = ({ step: part, done, total, compiled }: Progress) => {
    if (writing || performance.now() - writtenAt < progressMs) return;
    writing = true;
    writtenAt = performance.now();
    // a lost lease aborts the signal as well
    const [code, params] =
      compiled === undefined
        ? [part, {}]
        : ['building', { program: part, number: done + 1, total, packages: compiled }];
    step(code, params)
      .catch(() => undefined)
      .finally(() => (writing = false));
  };
  return { onProgress, signal };
}
