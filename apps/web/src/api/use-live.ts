import {
  applyPageDelta,
  errorCodes,
  type CallInputOf,
  type Endpoint,
  type ErrorCode,
  type OutputOf,
  type PageDelta,
} from '@pilothouse/contract';
import { computed, onScopeDispose, ref, shallowRef, toValue, watch, type MaybeRefOrGetter } from 'vue';
import { ApiError } from './api-error.ts';
import { call } from './call.ts';
import { isConnected, liveClient } from './live.ts';
import { mergeRows, type LivePage, type RowPage } from './live-rows.ts';
import type { LooseInput, Schema } from './send.ts';

/** Without a snapshot by then, one is read over HTTP: some proxies let no WebSocket through. */
const patienceMs = 2500;
const retryMs = 10_000;

/**
 * An endpoint's answer, kept up to date over the tab's live socket. While a new input is under way the old answer
 * stays (`isPending` says so).
 * @param input what to ask; null asks nothing. It is compared by content.
 */
export function useLive<P extends Schema, Q extends Schema, B extends Schema, R extends Schema>(
  endpoint: Endpoint<P, Q, B, R>,
  input: MaybeRefOrGetter<CallInputOf<Endpoint<P, Q, B, R>> | null>,
) {
  type Answer = OutputOf<Endpoint<P, Q, B, R>>;
  const data = shallowRef<Answer | null>(null);
  const deleted = shallowRef<ReadonlySet<string>>(new Set());
  const added = ref(0);
  const error = shallowRef<ApiError | null>(null);
  const isPending = ref(true);
  let end: (() => void) | null = null;

  function show(answer: Answer) {
    data.value = answer;
    deleted.value = new Set();
    added.value = 0;
    error.value = null;
    isPending.value = false;
  }

  function subscribe() {
    end?.();
    end = null;
    const asked = toValue(input);
    if (asked === null) {
      isPending.value = false;
      return;
    }
    isPending.value = true;
    const { params = {}, query = {} } = asked as LooseInput;
    const reading = new AbortController();
    const fallback = setTimeout(() => void readOnce(asked, reading.signal), patienceMs);
    let retry: ReturnType<typeof setTimeout> | null = null;
    const unsubscribe = liveClient().subscribe(
      { endpoint: endpoint.id, params, query: withoutBlanks(query) },
      (message) => {
        clearTimeout(fallback);
        reading.abort();
        if (message.type === 'snapshot') show(message.data as Answer);
        else if (message.type === 'rows') merge(message);
        else if (message.type === 'page') mergePage(message);
        else {
          const code = message.error.code as ErrorCode;
          error.value = new ApiError(errorCodes[code]?.status ?? 500, { ...message.error, code });
          // what may be seen no more is not shown any more
          if (code === 'forbidden') data.value = null;
          isPending.value = false;
          // The subscription is over; what may pass by itself is asked again.
          if (error.value.passes) retry = setTimeout(subscribe, retryMs);
        }
      },
    );
    end = () => {
      clearTimeout(fallback);
      if (retry !== null) clearTimeout(retry);
      reading.abort();
      unsubscribe();
    };
  }

  function mergePage(delta: PageDelta) {
    const before = data.value as { items: { id: string }[] } | null;
    if (before !== null) data.value = applyPageDelta(before, delta) as Answer;
  }

  function merge(message: Parameters<typeof mergeRows>[1]) {
    if (data.value === null || data.value === undefined) return;
    const before: LivePage<RowPage> = {
      page: data.value as unknown as RowPage,
      deleted: deleted.value,
      added: added.value,
    };
    const after = mergeRows(before, message);
    data.value = after.page as unknown as Answer;
    deleted.value = after.deleted;
    added.value = after.added;
  }

  async function readOnce(asked: CallInputOf<Endpoint<P, Q, B, R>>, signal: AbortSignal) {
    try {
      const answer = await call(endpoint, asked, { signal });
      if (!signal.aborted) show(answer);
    } catch (failure) {
      if (signal.aborted) return;
      isPending.value = false;
      if (failure instanceof ApiError) error.value = failure;
    }
  }

  watch(() => JSON.stringify(toValue(input)), subscribe, { immediate: true });
  onScopeDispose(() => end?.());

  const page = computed(() => data.value as Partial<RowPage> | null);
  return {
    data,
    /** uids of rows on the page whose object is gone. */
    deleted,
    /** Objects that match now and are not on the page. */
    added,
    error,
    isPending,
    connected: computed(() => isConnected.value === true),
    asOf: computed(() => page.value?.asOf ?? null),
    /** How present the answer is; null where there is none (yet). What came before an error is of the past. */
    state: computed(() => {
      if (data.value === null) return null;
      return error.value === null ? (page.value?.state ?? null) : 'stale';
    }),
    /** Reads again: new order, new members. */
    refresh: subscribe,
  };
}

function withoutBlanks(query: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(query).filter(([, value]) => value !== undefined && value !== null),
  );
}
