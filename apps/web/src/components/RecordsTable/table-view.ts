import { ref } from 'vue';
import type { TableView } from './record-column.ts';

/** Page and size of a table within a page: not kept in the address. `show({})` goes to the first page. */
export function useTableView() {
  const view = ref({ page: 1, pageSize: 50 });
  function show({ page = 1, pageSize = view.value.pageSize }: TableView) {
    view.value = { page, pageSize };
  }
  return { view, show };
}
