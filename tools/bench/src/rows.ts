import { setTimeout as sleep } from 'node:timers/promises';
import type { Row } from '@pilothouse/kinds';
import type { Platform } from './platform.ts';

/** A page of rows as the API gives it. */
export interface RowPage {
  items: Row[];
  total: number;
  state: 'live' | 'syncing' | 'stale';
}

/** The path of a list of core objects below `/api/v1`. */
export function listPath(
  cluster: string,
  plural: string,
  query: Record<string, string | number> = {},
): string {
  const search = new URLSearchParams(
    Object.entries(query).map(([name, value]): [string, string] => [name, String(value)]),
  );
  return `/clusters/${cluster}/k8s/core/${plural}?${search}`;
}

/** Asks for a page until the rows are live and `isComplete`: the API itself waits some seconds for a list under way. */
export async function liveRows(
  platform: Platform,
  path: string,
  isComplete: (rows: Row[]) => boolean = () => true,
): Promise<RowPage> {
  const deadline = Date.now() + 120_000;
  for (;;) {
    const page = JSON.parse((await platform.get(path)).text()) as RowPage;
    if (page.state === 'live' && isComplete(page.items)) return page;
    if (Date.now() > deadline) {
      throw new Error(`${path} is still ${page.state}, with ${page.items.length} rows, after two minutes`);
    }
    await sleep(50);
  }
}

/** Throws where something counted is not what it has to be. */
export function mustBe(what: string, found: unknown, wanted: unknown): void {
  if (found !== wanted) throw new Error(`${what}: ${String(found)}, not ${String(wanted)}`);
}
