import type { Requirement, StreamEndReason } from '@pilothouse/contract';
import type { Principal } from '../authz/principal.ts';
import { AppError } from '../http/app-error.ts';
import type { StreamGuard } from './stream-guard.ts';

/** Whose answer it is, and what it stands on. */
export interface GuardedCall {
  principal: Principal;
  requirements: Requirement[];
  cluster?: string;
  /** The caller's own going away. */
  signal: AbortSignal;
}

/**
 * Writes an answer that takes its time, a log or a recording, for as long as the caller's rights last. `work` gets a
 * signal that ends it. Throws AppError `tooManyStreams` before it begins, and what took the rights away where they end.
 */
export async function guardAnswer(
  guard: StreamGuard,
  { principal, requirements, cluster, signal }: GuardedCall,
  work: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  guard.checkRoom(principal, 'download');
  const life = new AbortController();
  const gone = () => life.abort();
  if (signal.aborted) gone();
  signal.addEventListener('abort', gone, { once: true });
  let refusal: AppError | undefined;
  const end = (reason: StreamEndReason) => {
    refusal ??= refusalOf(reason, requirements);
    life.abort(refusal);
  };
  guard.watch({
    stream: { signal: life.signal, end },
    principal,
    requirements,
    cluster,
    purpose: 'download',
  });
  try {
    await work(life.signal);
  } catch (error) {
    throw refusal ?? error;
  } finally {
    signal.removeEventListener('abort', gone);
    gone();
  }
  if (refusal !== undefined) throw refusal;
}

function refusalOf(reason: StreamEndReason, [first]: Requirement[]): AppError {
  if (reason === 'shuttingDown') return new AppError('shuttingDown');
  if (reason === 'clusterRemoved') return new AppError('notFound');
  if (reason !== 'rightsLost' || first === undefined)
    return new AppError('sessionEnded', { reason: 'revoked' });
  const { action, object, domain } = first;
  return new AppError('forbidden', { action, object, domain: 'cluster' in domain ? domain.cluster : '*' });
}
