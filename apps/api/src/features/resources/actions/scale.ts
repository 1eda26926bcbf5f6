import { KubeError } from '@pilothouse/kube';
import { AppError } from '../../../http/app-error.ts';
import type { ImplementationOf } from './action-implementation.ts';
import { readSubject } from './read-subject.ts';

interface Scalable {
  spec?: { replicas?: number };
}

/** `kubectl scale`, with the count that was seen as precondition. */
export const scale: ImplementationOf<'scale'> = {
  async run(run) {
    const { replicas, currentReplicas } = run.parameters;
    const before = await readSubject<Scalable>(run);
    if (before.spec?.replicas === replicas) return { alreadySo: true, object: before };
    try {
      return { alreadySo: false, object: await run.writer.scale(replicas, currentReplicas) };
    } catch (error) {
      if (error instanceof KubeError && error.status === 409)
        throw new AppError('changedMeanwhile', { what: run.ref.name });
      throw error;
    }
  },
};
