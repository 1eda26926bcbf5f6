import { ref, shallowRef } from 'vue';
import type { Row } from '../api/live-rows.ts';
import type { TableColumn } from '../components/ResourceTable/table-column.ts';
import { saveFile } from '../components/save-file.ts';
import { toCsv } from './csv.ts';
import type { listQueryOf } from './list-state.ts';
import { readAllRows } from './read-all-rows.ts';
import type { ResourceRef } from './resource-location.ts';

/** What a list shows. */
interface ListView {
  resource: ResourceRef;
  query: ReturnType<typeof listQueryOf>;
  columns: readonly TableColumn[];
}

/** Saves every row that a list's filter matches, in the columns shown; `error` says why that failed last. */
export function useCsvExport(view: () => ListView) {
  const isExporting = ref(false);
  const error = shallowRef<unknown>(null);

  async function save(): Promise<void> {
    isExporting.value = true;
    error.value = null;
    const { resource, query, columns } = view();
    try {
      const rows: Row[] = await readAllRows(resource, query);
      const now = Date.now();
      const lines = rows.map((row) => columns.map((column) => column.text(row, now)));
      const table = toCsv([columns.map(({ title }) => title), ...lines]);
      saveFile(table, `${resource.cluster}-${resource.plural}.csv`, 'text/csv');
    } catch (failure) {
      error.value = failure;
    } finally {
      isExporting.value = false;
    }
  }

  return { isExporting, error, save, forget: () => (error.value = null) };
}
