import { onScopeDispose, ref, type Ref } from 'vue';

const now = ref(Date.now());
let users = 0;
let timer: ReturnType<typeof setInterval> | null = null;

/** The time in milliseconds, moving once a second; all users share one timer. */
export function useClock(): Readonly<Ref<number>> {
  users += 1;
  // one that runs is right to the second: setting it for each of a list's cells would tell all those before it
  if (timer === null) {
    now.value = Date.now();
    timer = setInterval(() => {
      now.value = Date.now();
    }, 1000);
  }
  onScopeDispose(() => {
    users -= 1;
    if (users > 0 || timer === null) return;
    clearInterval(timer);
    timer = null;
  });
  return now;
}
