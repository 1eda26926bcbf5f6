/**
 * Passes calls on to `tell`: the first at once, all that follow within `everyMs()` as one more at its end. `end` drops
 * what waits.
 */
export function atMostEvery(everyMs: () => number, tell: () => void): { call: () => void; end: () => void } {
  let timer: NodeJS.Timeout | undefined;
  let isAsked = false;
  const pass = () => {
    isAsked = false;
    timer = setTimeout(() => {
      timer = undefined;
      if (isAsked) pass();
    }, everyMs());
    tell();
  };
  return {
    call() {
      isAsked = true;
      if (timer === undefined) pass();
    },
    end: () => clearTimeout(timer),
  };
}
