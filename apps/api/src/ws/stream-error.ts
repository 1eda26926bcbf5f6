import { AppError } from '../http/app-error.ts';
import type { StreamError } from './guarded-socket.ts';

/** An error as an `end` message shows it; what we did not expect shows nothing of itself. */
export function streamErrorOf(error: unknown): StreamError {
  const shown = error instanceof AppError ? error : new AppError('internal');
  const { code, message, params } = shown;
  return { code, message, ...(Object.keys(params).length > 0 && { params }) };
}
