import { mount } from '@vue/test-utils';
import { beforeEach, expect, test, vi } from 'vitest';
import { defineComponent, h, type ComponentPublicInstance } from 'vue';
import { createI18n } from 'vue-i18n';
import type { Row } from '../../api/live-rows.ts';
import ResourceTable from './ResourceTable.vue';
import type { TableColumn } from './table-column.ts';

/** Components that were drawn again, the table's own included. */
let drawnAgain: string[] = [];
const noteDrawing = {
  updated(this: ComponentPublicInstance) {
    drawnAgain.push(this.$options.name ?? '');
  },
};

const Shown = defineComponent({
  name: 'Shown',
  props: ['column', 'row', 'text'],
  setup: (props) => () => h('b', props.text),
});

const columns: TableColumn[] = ['name', 'restarts'].map((id) => ({
  id,
  title: id,
  text: (row) => String(id === 'name' ? row.name : row.cells[id]),
  component: Shown,
  width: 100,
}));

const row = (name: string, restarts: number): Row => ({
  uid: `uid-${name}`,
  name,
  resourceVersion: '1',
  cells: { restarts },
});

function mountTable(rows: Row[]) {
  return mount(ResourceTable, {
    props: {
      columns,
      rows,
      total: rows.length,
      page: 1,
      pageSize: 50,
      sort: null,
      isLoading: false,
      selectable: true,
      rowActions: (of: Row) => [{ id: 'delete', label: `delete ${of.name}`, run: () => undefined }],
    },
    global: {
      plugins: [createI18n({ legacy: false, locale: 'none', missingWarn: false })],
      mixins: [noteDrawing],
    },
  });
}

beforeEach(() => {
  vi.useFakeTimers();
  return () => vi.useRealTimers();
});

test('a row that changes is drawn again by itself, and a second that passes draws nothing', async () => {
  const rows = [row('a', 0), row('b', 0), row('c', 0)];
  const table = mountTable(rows);
  await vi.advanceTimersByTimeAsync(100);
  drawnAgain = [];

  await table.setProps({ rows: rows.with(1, row('b', 7)) });
  expect(table.get('[data-uid="uid-b"]').text()).toContain('7');
  const count = (name: string) => drawnAgain.filter((each) => each === name).length;
  // its two columns and its actions
  expect([count('Shown'), count('Cell'), count('ATable'), count('BodyRow')]).toEqual([2, 3, 0, 0]);

  drawnAgain = [];
  await vi.advanceTimersByTimeAsync(3000);
  expect(drawnAgain).toEqual([]);
  table.unmount();
});

test('a row whose object is gone is marked and offers nothing', async () => {
  const table = mountTable([row('a', 0), row('b', 0)]);
  await table.setProps({ deleted: new Set(['uid-b']) });
  const gone = table.get('[data-uid="uid-b"]');
  expect(gone.classes()).toContain('row-gone');
  expect(gone.findAll('button')).toHaveLength(0);
  expect(gone.get('input').attributes('disabled')).toBeDefined();
  expect(table.get('[data-uid="uid-a"]').findAll('button')).toHaveLength(1);
  table.unmount();
});
