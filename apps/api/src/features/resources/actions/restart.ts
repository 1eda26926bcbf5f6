import { AppError } from '../../../http/app-error.ts';
import type { ImplementationOf } from './action-implementation.ts';
import { readSubject } from './read-subject.ts';

const restartedAt = 'kubectl.kubernetes.io/restartedAt';

interface Restartable {
  spec?: { paused?: boolean; template?: { metadata?: { annotations?: Record<string, string> } } };
}

/** `kubectl rollout restart`: a time in the template's annotations (`polymorphichelpers/objectrestarter.go`). */
export const restart: ImplementationOf<'restart', { at: string }> = {
  // RFC 3339 in seconds, as kubectl writes it
  resolve: () => ({ at: new Date().toISOString().replace(/\.\d+Z$/, 'Z') }),
  async run(run) {
    const object = await readSubject<Restartable>(run);
    if (object.spec?.paused === true) throw new AppError('rolloutPaused', { name: run.ref.name });
    const { at } = run.resolved;
    if (object.spec?.template?.metadata?.annotations?.[restartedAt] === at)
      return { alreadySo: true, object };
    const patch = {
      metadata: { uid: object.metadata.uid },
      spec: { template: { metadata: { annotations: { [restartedAt]: at } } } },
    };
    return { alreadySo: false, object: await run.writer.patch(patch) };
  },
};
