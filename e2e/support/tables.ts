import type { Page } from 'playwright-core';

/** A list as printed: a row per object, its cells by header. */
export type PrintedTable = Record<string, string>[];

/**
 * Reads what `kubectl get -o wide` printed. Columns are aligned, so that a cell is what stands below its header, blanks
 * included (`Debian GNU/Linux 12`).
 */
export function readKubectlTable(output: string): PrintedTable {
  const [header = '', ...lines] = output.trimEnd().split('\n');
  const columns = [...header.matchAll(/\S+(?: \S+)*/g)].map((match) => ({
    name: match[0],
    start: match.index,
  }));
  return lines.map((line) =>
    Object.fromEntries(
      columns.map(({ name, start }, index) => [name, line.slice(start, columns[index + 1]?.start).trim()]),
    ),
  );
}

/** Reads the list on a page of the product, cells by the column's title. */
export async function readPageTable(page: Page): Promise<PrintedTable> {
  return page.locator('.records-table').evaluate((table) => {
    const textOf = (cell: { textContent: string | null }) => cell.textContent?.trim() ?? '';
    const titles = [...table.querySelectorAll('thead th')].map(textOf);
    return [...table.querySelectorAll('tbody tr[data-uid]')].map((row) =>
      Object.fromEntries(
        [...row.querySelectorAll('td')].map((cell, index) => [titles[index] ?? '', textOf(cell)]),
      ),
    );
  });
}
