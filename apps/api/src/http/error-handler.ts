import type { ErrorRequestHandler, RequestHandler } from 'express';
import type { Logger } from 'pino';
import { isDatabaseUnavailable, isTooLong } from '../db/database-error.ts';
import { AppError } from './app-error.ts';
import { fromKubeError } from './kube-error.ts';

/** Every error as an answer of the contract. What is not known is `internal` and says nothing of itself. */
export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  return (
    fromKubeError(error) ??
    fromExpress(error) ??
    // the last door: every length is checked before, see column-lengths.test.ts
    (isTooLong(error)
      ? new AppError('invalid', { reason: 'a value is too long' }, undefined, { cause: error })
      : null) ??
    new AppError(isDatabaseUnavailable(error) ? 'databaseUnavailable' : 'internal', {}, undefined, {
      cause: error,
    })
  );
}

/** Errors of Express, body-parser and static files, which carry a status and mostly a type. */
function fromExpress(error: unknown): AppError | undefined {
  if (!(error instanceof Error)) return undefined;
  const { type, limit, status, message } = error as Error & {
    type?: string;
    limit?: number;
    status?: number;
  };
  if (type === 'entity.too.large') return new AppError('bodyTooLarge', { limit: limit ?? 0 });
  if (status === 404) return new AppError('notFound');
  // decoding a path, an encoding or charset nobody knows
  if (status !== undefined && status >= 400 && status < 500)
    return new AppError('invalid', { reason: message });
  return undefined;
}

/** Last in the chain: the one place that writes an error. */
export function errorHandler(log: Logger): ErrorRequestHandler {
  return (error: unknown, req, res, next) => {
    const known = toAppError(error);
    const { requestId } = res.locals;
    if (known.status >= 500) {
      log.error({
        requestId,
        method: req.method,
        path: req.path,
        code: known.code,
        err: known.cause ?? known,
      });
    }
    if (res.headersSent) return next(known);
    if (known.code === 'tooManyAttempts' || known.code === 'clusterBusy') {
      res.set('Retry-After', String(known.params.seconds ?? 1));
    }
    res.status(known.status).json(known.toBody(requestId));
  };
}

/** For what no router took. */
export const notFound: RequestHandler = () => {
  throw new AppError('notFound');
};
