import type { CallInputOf, Endpoint, OutputOf } from '@pilothouse/contract';
import { ApiError } from './api-error.ts';
import { accessToken, renewedToken } from './access-token.ts';
import { send, type Schema } from './send.ts';

export interface CallOptions {
  signal?: AbortSignal;
}

const sessionCodes = new Set<string>(['unauthenticated', 'sessionEnded']);

/**
 * Calls an endpoint as the signed-in user and renews the access token where that helps.
 * @throws ApiError
 */
export async function call<P extends Schema, Q extends Schema, B extends Schema, R extends Schema>(
  endpoint: Endpoint<P, Q, B, R>,
  input: CallInputOf<Endpoint<P, Q, B, R>>,
  options: CallOptions = {},
): Promise<OutputOf<Endpoint<P, Q, B, R>>> {
  if (endpoint.permission === 'public') return send(endpoint, input, options);
  const token = await accessToken();
  try {
    return await send(endpoint, input, { ...options, token });
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 401 || !sessionCodes.has(error.code)) throw error;
    return send(endpoint, input, { ...options, token: await renewedToken(token) });
  }
}
