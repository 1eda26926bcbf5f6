import type { Platform } from './platform.ts';
import { listPath, mustBe, type RowPage } from './rows.ts';

/** Fetches all node rows with pod figures as a page does that wants them all: 500 at a time. */
export async function fetchAllNodes(
  platform: Platform,
  count: number,
): Promise<{ ms: number; bytes: number }> {
  const answers = [];
  for (let page = 1; page <= Math.ceil(count / 500); page += 1) {
    answers.push(await platform.get(listPath('main', 'nodes', { pageSize: 500, page })));
  }
  const pages = answers.map((answer) => JSON.parse(answer.text()) as RowPage);
  const rows = pages.flatMap(({ items }) => items);
  mustBe('nodes', new Set(rows.map(({ uid }) => uid)).size, count);
  mustBe('nodes with figures', rows.filter(({ cells }) => typeof cells.pods === 'number').length, count);
  mustBe(
    'state',
    pages.every(({ state }) => state === 'live'),
    true,
  );
  return {
    ms: answers.reduce((total, { ms }) => total + ms, 0),
    bytes: answers.reduce((total, { bytes }) => total + bytes, 0),
  };
}
