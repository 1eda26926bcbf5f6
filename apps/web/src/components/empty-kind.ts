import type { dataState } from '@pilothouse/contract';
import type { z } from 'zod';
import { ApiError } from '../api/api-error.ts';

/** Why a place that should hold something is empty. */
export type EmptyKind = 'none' | 'filtered' | 'forbidden' | 'denied' | 'missing' | 'invalid' | 'unreachable';

/** Why nothing is there after an error. */
export function emptyKindOf(error: unknown): EmptyKind {
  if (!(error instanceof ApiError)) return 'unreachable';
  if (error.code === 'forbidden') return 'forbidden';
  if (error.code === 'clusterForbidden' || error.code === 'clusterUnauthorized') return 'denied';
  if (error.status === 404) return 'missing';
  return error.status === 400 || error.status === 422 ? 'invalid' : 'unreachable';
}

/** Why a live list has no rows: an error, what its cluster says, or that there are none. */
export function emptyKindOfList(
  error: unknown,
  state: z.output<typeof dataState> | null,
  hasFilter = false,
): EmptyKind {
  if (error !== null) return emptyKindOf(error);
  if (state === 'denied') return 'denied';
  if (state === 'stale') return 'unreachable';
  return hasFilter ? 'filtered' : 'none';
}
