import type { LocalCluster } from '@pilothouse/control-plane';
import type { Page } from 'playwright-core';
import { readKubectlTable, readPageTable, type PrintedTable } from './tables.ts';

/** kubectl's heading of each column and its title on the English page. */
const nodeColumns = {
  NAME: ['name', 'Name'],
  STATUS: ['status', 'Status'],
  ROLES: ['roles', 'Roles'],
  AGE: ['age', 'Age'],
  VERSION: ['version', 'Version'],
  'INTERNAL-IP': ['internalIP', 'Internal IP'],
  'EXTERNAL-IP': ['externalIP', 'External IP'],
  'OS-IMAGE': ['osImage', 'OS image'],
  'KERNEL-VERSION': ['kernelVersion', 'Kernel'],
  'CONTAINER-RUNTIME': ['containerRuntime', 'Container runtime'],
} as const;
const podColumns = {
  NAMESPACE: ['namespace', 'Namespace'],
  NAME: ['name', 'Name'],
  READY: ['ready', 'Ready'],
  STATUS: ['status', 'Status'],
  RESTARTS: ['restarts', 'Restarts'],
  AGE: ['age', 'Age'],
  IP: ['ip', 'IP'],
  NODE: ['node', 'Node'],
  'NOMINATED NODE': ['nominatedNode', 'Nominated node'],
  'READINESS GATES': ['readinessGates', 'Readiness gates'],
} as const;

/** A list of the product and the command that prints the same. */
export const comparedLists = {
  nodes: { kind: 'core/nodes', columns: nodeColumns, command: ['get', 'nodes', '-o', 'wide'] },
  pods: { kind: 'core/pods', columns: podColumns, command: ['get', 'pods', '-A', '-o', 'wide'] },
} as const;
type ComparedList = (typeof comparedLists)[keyof typeof comparedLists];

/** Makes the lists of this profile show the columns that kubectl has, as the column chooser would, with room for all. */
export async function showKubectlColumns(page: Page): Promise<void> {
  const columns = Object.fromEntries(
    Object.values(comparedLists).map((list) => [list.kind, Object.values(list.columns).map(([id]) => id)]),
  );
  await page.evaluate((value) => localStorage.setItem('pilothouse.preferences', JSON.stringify(value)), {
    columns,
  });
  await page.setViewportSize({ width: 2600, height: 800 });
  await page.reload();
}

/** What the page shows, under kubectl's headings, sorted by name. */
export async function shownList(page: Page, { columns }: ComparedList): Promise<PrintedTable> {
  const rows = await readPageTable(page);
  return inOrder(
    rows.map((row) =>
      Object.fromEntries(
        Object.entries(columns).map(([heading, [, title]]) => [heading, row[title] ?? '(no column)']),
      ),
    ),
  );
}

/** What kubectl prints. */
export async function printedList(cluster: LocalCluster, { command }: ComparedList): Promise<PrintedTable> {
  return inOrder(readKubectlTable(await cluster.kubectl(...command)));
}

function inOrder(table: PrintedTable): PrintedTable {
  const key = (row: Record<string, string>) => `${row['NAMESPACE'] ?? ''}/${row['NAME']}`;
  return table.toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
}
