import { endpoints } from '@pilothouse/contract';
import { onScopeDispose, shallowRef, watch } from 'vue';
import { call } from '../../api/call.ts';
import type { Preview, Values, Variable } from './template.ts';

const quietMs = 350;

/** What a template becomes, and what is wrong with it, a moment after it was last changed. */
export function usePreview(content: () => { text: string; variables: Variable[]; values: Values } | null) {
  const preview = shallowRef<Preview | null>(null);
  const failure = shallowRef<unknown>(null);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let latest = 0;
  let isDue = false;
  let asking = Promise.resolve();

  async function ask() {
    const body = content();
    const own = (latest += 1);
    if (body === null || body.text.trim() === '') {
      preview.value = null;
      return;
    }
    try {
      const answer = await call(endpoints.previewTemplate, { body });
      if (own !== latest) return;
      preview.value = answer;
      failure.value = null;
    } catch (error) {
      if (own === latest) failure.value = error;
    }
  }

  function begin(): Promise<void> {
    clearTimeout(timer);
    isDue = false;
    asking = ask();
    return asking;
  }

  /** Of what is there now, for whoever goes on right after the last key. */
  async function upToDate(): Promise<Preview | null> {
    await (isDue ? begin() : asking);
    return preview.value;
  }

  watch(
    () => JSON.stringify(content()),
    () => {
      clearTimeout(timer);
      isDue = true;
      timer = setTimeout(() => void begin(), quietMs);
    },
    { immediate: true },
  );
  onScopeDispose(() => clearTimeout(timer));
  return { preview, failure, upToDate };
}
