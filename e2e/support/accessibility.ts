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
