import { toAppError } from '../http/error-handler.ts';
import type { StreamError } from './guarded-socket.ts';

/** An error as an `end` message shows it; what we did not expect shows nothing of itself. */
export function streamErrorOf(error: unknown): StreamError {
  const { code, message, params } = toAppError(error);
  return { code, message, ...(Object.keys(params).length > 0 && { params }) };
}
