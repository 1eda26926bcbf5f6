import type { CallInputOf, Endpoint, OutputOf } from '@pilothouse/contract';
import { useQuery } from '@tanstack/vue-query';
import { computed, toValue, type MaybeRefOrGetter } from 'vue';
import type { ApiError } from './api-error.ts';
import { call } from './call.ts';
import type { Schema } from './send.ts';

/** The query key of an endpoint's answers: its id, then the input. Without input: all of them, for invalidation. */
export function keyOf(endpoint: { id: string }, input?: unknown): readonly unknown[] {
  return input === undefined ? [endpoint.id] : [endpoint.id, input];
}

/**
 * An endpoint's answer as a vue-query result.
 * @param input what to ask; null asks nothing (yet).
 */
export function useEndpoint<P extends Schema, Q extends Schema, B extends Schema, R extends Schema>(
  endpoint: Endpoint<P, Q, B, R>,
  input: MaybeRefOrGetter<CallInputOf<Endpoint<P, Q, B, R>> | null>,
  options: { refetchIntervalMs?: MaybeRefOrGetter<number | false>; keepPrevious?: boolean } = {},
) {
  return useQuery<OutputOf<Endpoint<P, Q, B, R>>, ApiError>({
    queryKey: computed(() => keyOf(endpoint, toValue(input))),
    queryFn: ({ signal }) => call(endpoint, toValue(input) as CallInputOf<Endpoint<P, Q, B, R>>, { signal }),
    enabled: computed(() => toValue(input) !== null),
    refetchInterval: computed(() => toValue(options.refetchIntervalMs) ?? false),
    ...(options.keepPrevious === true ? { placeholderData: (previous: unknown) => previous as never } : {}),
  });
}
