import type { ErrorRequestHandler, RequestHandler } from 'express';
import type { Logger } from 'pino';
import { Prisma } from '../db/generated/client.ts';
import { AppError } from './app-error.ts';
import { fromKubeError } from './kube-error.ts';

/** Every error as an answer of the contract. What is not known is `internal` and says nothing of itself. */
export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  return (
    fromKubeError(error) ??
    fromBodyParser(error) ??
    fromDatabase(error) ??
    new AppError('internal', {}, undefined, { cause: error })
  );
}

/** Errors of body-parser and of the router's decoding, which carry a type or a status. */
function fromBodyParser(error: unknown): AppError | undefined {
  const { type, limit, message, status } = error as {
    type?: string;
    limit?: number;
    message?: string;
    status?: number;
  };
  if (type === 'entity.too.large') return new AppError('bodyTooLarge', { limit: limit ?? 0 });
  if (type === 'entity.parse.failed') return new AppError('malformedJson', { reason: message ?? '' });
  if (error instanceof URIError) return new AppError('invalid', { reason: 'the path is not valid' });
  if (type !== undefined && status !== undefined && status < 500) {
    return new AppError('invalid', { reason: message ?? type });
  }
  return undefined;
}

/** Prisma's P1xxx are connection problems, P2024 and P2028 waits for a connection that never came. */
const unavailable = /^(P1\d{3}|P2024|P2028|P2037)$/;

function fromDatabase(error: unknown): AppError | undefined {
  const down =
    (error instanceof Prisma.PrismaClientKnownRequestError && unavailable.test(error.code)) ||
    error instanceof Prisma.PrismaClientInitializationError ||
    isConnectionLoss(error);
  return down ? new AppError('databaseUnavailable', {}, undefined, { cause: error }) : undefined;
}

const lossCodes =
  /pool timeout|ECONNREFUSED|ECONNRESET|EPIPE|socket has unexpectedly been closed|Connection lost|PROTOCOL_CONNECTION_LOST|Cannot execute new commands: connection closed/i;

function isConnectionLoss(error: unknown): boolean {
  return (
    error instanceof Error && error.constructor.name.startsWith('Prisma') && lossCodes.test(error.message)
  );
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
