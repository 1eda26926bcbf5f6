import { afterAll, vi } from 'vitest';

/**
 * Files share a process and its page, for loading Vue and the components anew took as long as the tests: of the product's own
 * modules each file has its own, with what it mocks, and none leaves anything on the page.
 */
vi.resetModules();

afterAll(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  // what asks the platform for data notes that there is no line, and then asks no more
  globalThis.dispatchEvent(new Event('online'));
  document.head.replaceChildren();
  document.body.replaceChildren();
  localStorage.clear();
  sessionStorage.clear();
});
