import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';

const axeSource = readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Minor to axe, and still in the way of whoever goes from head to head. */
const alsoMinded = new Set(['empty-table-header', 'heading-order', 'empty-heading']);

/** axe's serious and critical findings on the page as it is now, and empty or misplaced heads: rule, help and the elements. */
export async function seriousFindings(page: Page): Promise<string[]> {
  // What is half faded in has no contrast yet; a spinner turns for ever
  await page.evaluate(`Promise.allSettled(
    document.getAnimations()
      .filter((animation) => animation.effect.getComputedTiming().endTime !== Infinity)
      .map((animation) => animation.finished)
  )`);
  // Evaluated over the debugging protocol, which the page's own CSP has no say in
  await page.evaluate(await axeSource);
  const { violations } = (await page.evaluate('axe.run()')) as AxeResults;
  return violations
    .filter(({ id, impact }) => impact === 'serious' || impact === 'critical' || alsoMinded.has(id))
    .map(({ id, help, nodes }) => `${id}: ${help}\n${nodes.map(({ html }) => `  ${html}`).join('\n')}`);
}

/** Whether the page is wider than its window, or its content than the place there is for it. */
export function scrollsSideways(page: Page): Promise<boolean> {
  return page
    .locator('html, main')
    .evaluateAll((parts) => parts.some((part) => part.scrollWidth > part.clientWidth));
}

/**
 * Texts of the page that are cut at their side without an ellipsis, or without the whole text on hover. What scrolls, the
 * terminal and editors are not meant.
 */
export function cutTexts(page: Page): Promise<string[]> {
  return page.evaluate(findCutTexts);
}

/** Runs in the page; as text, for the DOM's types are not Node's. */
const findCutTexts = `(() => {
  const apart = '.ph-visually-hidden, .xterm, .cm-editor, [data-testid=log], .ant-select-selection-search';
  const found = new Set();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const range = document.createRange();
  while (walker.nextNode()) {
    const text = walker.currentNode;
    const holder = text.parentElement;
    const words = text.textContent.trim();
    if (words === '' || holder.closest(apart) !== null) continue;
    if (!holder.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
    range.selectNodeContents(text);
    const { left, right } = range.getBoundingClientRect();
    let isInline = true;
    for (let part = holder; part !== null; part = part.parentElement) {
      const { overflowX, textOverflow, display } = getComputedStyle(part);
      if (overflowX === 'auto' || overflowX === 'scroll') break;
      if (overflowX === 'hidden' || overflowX === 'clip') {
        const box = part.getBoundingClientRect();
        if (right > box.right + 1 || left < box.left - 1) {
          const isDotted = textOverflow === 'ellipsis' && isInline;
          const isTold = (holder.closest('[title]')?.getAttribute('title') ?? '') !== '';
          if (!isDotted) found.add(words.slice(0, 60) + ': no ellipsis');
          else if (!isTold) found.add(words.slice(0, 60) + ': no tooltip');
          break;
        }
      }
      if (display !== 'inline' && display !== 'contents') isInline = false;
    }
  }
  return [...found];
})()`;
