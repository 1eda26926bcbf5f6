import type { CallInputOf, Endpoint, OutputOf } from '@pilothouse/contract';
import { parseExactJson } from '@pilothouse/kinds';
import type { z } from 'zod';
import { ApiError, errorOf } from './api-error.ts';

export type Schema = z.ZodType | undefined;

export interface LooseInput {
  params?: Record<string, unknown>;
  query?: Record<string, unknown>;
  body?: unknown;
}

/** Longer than the longest deadline a cluster may have; beyond it nothing will come any more. */
const timeoutMs = 130_000;

/** The endpoint's address with the input in it; `undefined` and `null` are left out, lists repeat their key. */
export function urlOf(path: string, input: LooseInput): string {
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, key: string) =>
    encodeURIComponent(String(input.params?.[key])),
  );
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(input.query ?? {})) {
    for (const entry of Array.isArray(value) ? value : [value]) {
      if (entry !== undefined && entry !== null) search.append(key, String(entry));
    }
  }
  return `/api/v1${filled}${search.size > 0 ? `?${search}` : ''}`;
}

/**
 * One request, without any care for sessions.
 * @throws ApiError for everything but a success; an abort by the caller stays an AbortError.
 */
export async function send<P extends Schema, Q extends Schema, B extends Schema, R extends Schema>(
  endpoint: Endpoint<P, Q, B, R>,
  input: CallInputOf<Endpoint<P, Q, B, R>>,
  options: { token?: string; signal?: AbortSignal } = {},
): Promise<OutputOf<Endpoint<P, Q, B, R>>> {
  const { body } = input as LooseInput;
  const headers: Record<string, string> = { accept: 'application/json' };
  if (body !== undefined) headers['content-type'] = 'application/json';
  if (options.token !== undefined) headers['authorization'] = `Bearer ${options.token}`;
  const deadline = AbortSignal.timeout(timeoutMs);
  let response: Response;
  try {
    response = await fetch(urlOf(endpoint.path, input as LooseInput), {
      method: endpoint.method,
      headers,
      body: body === undefined ? null : JSON.stringify(body),
      signal: options.signal === undefined ? deadline : AbortSignal.any([options.signal, deadline]),
      credentials: 'same-origin',
    });
  } catch (error) {
    if (options.signal?.aborted === true) throw error;
    throw new ApiError(0, { code: 'offline', message: 'Pilothouse does not answer' });
  }
  if (!response.ok) throw await errorOf(response);
  if (response.status === 204) return undefined as OutputOf<Endpoint<P, Q, B, R>>;
  const text = await response.text();
  const answer: unknown = endpoint.produces === 'json' ? parseExactJson(text) : text;
  return answer as OutputOf<Endpoint<P, Q, B, R>>;
}
