import { mount } from '@vue/test-utils';
import { beforeEach, expect, test, vi } from 'vitest';
import { defineComponent, h, type ComponentPublicInstance } from 'vue';
import { createI18n } from 'vue-i18n';
import type { Row } from '../../api/live-rows.ts';
import type { RecordColumn } from './record-column.ts';
import RecordsTable from './RecordsTable.vue';

/** Components that were drawn again, the table's own included. */
let drawnAgain: string[] = [];
const noteDrawing = {
  updated(this: ComponentPublicInstance) {
    const { name, __name } = this.$options as { name?: string; __name?: string };
    drawnAgain.push(name ?? __name ?? '');
  },
};

const Shown = defineComponent({
  name: 'Shown',
  props: ['column', 'row', 'text'],
  setup: (props) => () => h('b', props.text),
});

const columns: RecordColumn<Row>[] = ['name', 'restarts'].map((id) => ({
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

function mountTable(
  records: Row[],
  more: { columns?: RecordColumn<Row>[]; total?: number; compact?: boolean; more?: boolean } = {},
) {
  return mount(RecordsTable<Row>, {
    props: {
      columns,
      records,
      keyOf: ({ uid }: Row) => uid,
      labelOf: ({ name }: Row) => name,
      total: records.length,
      page: 1,
      pageSize: 50,
      sort: null,
      isLoading: false,
      selectable: true,
      rowActions: (of: Row) => [{ id: 'delete', label: `delete ${of.name}`, run: () => undefined }],
      ...more,
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

  await table.setProps({ records: rows.with(1, row('b', 7)) });
  expect(table.get('[data-uid="uid-b"]').text()).toContain('7');
  const count = (name: string) => drawnAgain.filter((each) => each === name).length;
  // its two cells and its buttons
  expect([count('TableRow'), count('RecordCell'), count('Shown'), count('RowActions')]).toEqual([1, 2, 2, 1]);

  drawnAgain = [];
  await vi.advanceTimersByTimeAsync(3000);
  expect(drawnAgain).toEqual([]);
  table.unmount();
});

test('a row whose object is gone is marked and offers nothing', async () => {
  const table = mountTable([row('a', 0), row('b', 0)]);
  await table.setProps({ gone: new Set(['uid-b']) });
  const gone = table.get('[data-uid="uid-b"]');
  expect(gone.classes()).toContain('row-gone');
  expect(gone.findAll('button')).toHaveLength(0);
  expect(gone.get('input').attributes('disabled')).toBeDefined();
  expect(table.get('[data-uid="uid-a"]').findAll('button')).toHaveLength(1);
  table.unmount();
});

test('a column without text or component is drawn by the slot, which sees the record change', async () => {
  const records = [row('a', 0), row('b', 0)];
  const wrapper = mount(RecordsTable<Row>, {
    props: {
      columns: [{ id: 'restarts', title: 'restarts' }],
      records,
      keyOf: ({ uid }: Row) => uid,
      total: 2,
      page: 1,
      pageSize: 50,
      sort: null,
      isLoading: false,
      compact: true,
    },
    slots: { cell: ({ record }: { record: Row }) => h('i', String(record.cells['restarts'])) },
    global: { plugins: [createI18n({ legacy: false, locale: 'none', missingWarn: false })] },
  });
  await wrapper.setProps({ records: [records[0]!, row('b', 7)] });
  expect(wrapper.findAll('td i').map((cell) => cell.text())).toEqual(['0', '7']);
  expect(wrapper.find('.ant-pagination').exists()).toBe(false);
  await wrapper.setProps({ total: 480, more: true });
  expect(wrapper.get('.ant-pagination').text()).toContain('resources.totalOver');
  wrapper.unmount();
});

test('a click on a heading asks for the server’s order', async () => {
  const sortable = columns.map((column) => ({ ...column, sortKey: `by-${column.id}` }));
  const table = mountTable([row('a', 0)], { columns: sortable });
  const heading = table.findAll('th').find((each) => each.text() === 'restarts');
  await heading?.get('button').trigger('click');
  await heading?.get('button').trigger('click');
  expect(table.emitted('view')).toEqual([
    [{ sort: 'by-restarts', page: 1 }],
    [{ sort: 'by-restarts', page: 1 }],
  ]);
  expect(heading?.attributes('aria-sort')).toBe('none');
  await table.setProps({ sort: 'by-restarts' });
  expect(heading?.attributes('aria-sort')).toBe('ascending');
  await heading?.get('button').trigger('click');
  expect(table.emitted('view')?.at(-1)).toEqual([{ sort: '-by-restarts', page: 1 }]);
  await table.setProps({ sort: '-by-restarts' });
  await heading?.get('button').trigger('click');
  expect(table.emitted('view')?.at(-1)).toEqual([{ sort: null, page: 1 }]);
  table.unmount();
});

test('boxes choose one, a range, all of the page but what is gone, and keep what other pages have chosen', async () => {
  const rows = ['a', 'b', 'c', 'd'].map((name) => row(name, 0));
  const other = row('z', 0);
  const table = mountTable(rows);
  await table.setProps({ gone: new Set(['uid-c']), selection: new Map([[other.uid, other]]) });
  const boxes = () => table.findAll<HTMLInputElement>('input[type=checkbox]');
  const chosen = async () => {
    const selection = table.emitted<[ReadonlyMap<string, Row>]>('update:selection')?.at(-1)?.[0];
    await table.setProps({ selection });
    return [...(selection?.values() ?? [])].map(({ name }) => name);
  };
  const tick = async (index: number, checked: boolean, shiftKey = false) => {
    const box = boxes()[index];
    await box?.trigger('click', { shiftKey });
    if (box) box.element.checked = checked;
    await box?.trigger('change');
  };
  await tick(1, true);
  expect(await chosen()).toEqual(['z', 'a']);
  expect([boxes()[0]?.element.checked, boxes()[0]?.element.indeterminate]).toEqual([false, true]);
  await tick(4, true, true);
  expect(await chosen()).toEqual(['z', 'a', 'b', 'd']);
  expect(boxes()[0]?.element.checked).toBe(true);
  await tick(0, false);
  expect(await chosen()).toEqual(['z']);
  await tick(0, true);
  expect(await chosen()).toEqual(['z', 'a', 'b', 'd']);
  table.unmount();
});
