import type { Router } from 'vue-router';

/** The palette closes behind the change of page, and its library hands the focus back then. */
const closedMs = 400;

/**
 * Who works by keyboard goes on in the page that opened, not at the top of the frame: what had the focus is gone, or was
 * what led here. Filters and tabs, which change the address's query only, keep the focus where it is.
 * @param leave called for each change of page.
 */
export function focusContent(router: Router, leave: () => void = () => {}): void {
  router.afterEach((to, from, failure) => {
    if (failure !== undefined || from.matched.length === 0 || to.path === from.path) return;
    leave();
    const here = () => {
      if (router.currentRoute.value.path === to.path) moveToMain();
    };
    setTimeout(here);
    setTimeout(here, closedMs);
  });
}

function moveToMain(): void {
  const active = document.activeElement;
  const isLeft =
    active === null || active === document.body || active.closest('nav, .palette-modal') !== null;
  if (isLeft) document.querySelector<HTMLElement>('main')?.focus({ preventScroll: true });
}
