import type { Page } from 'playwright-core';

/**
 * Reads the whole log on the page from top to bottom. The list is virtual: only what is in view is there, so this
 * scrolls through it.
 */
export async function readLog(page: Page): Promise<string[]> {
  return page.getByTestId('log').evaluate(async (scroller) => {
    const lines = new Map<number, string>();
    const window = scroller.ownerDocument.defaultView;
    for (let top = 0; ; top += scroller.clientHeight / 2) {
      scroller.scrollTop = top;
      await new Promise((settle) => window.requestAnimationFrame(() => window.requestAnimationFrame(settle)));
      for (const line of scroller.querySelectorAll('.log-line')) {
        lines.set(Number(line.dataset.index), line.textContent.trim());
      }
      if (top >= scroller.scrollHeight) break;
    }
    return [...lines].toSorted(([a], [b]) => a - b).map(([, text]) => text);
  });
}
