import { nextTick } from 'vue';

export type MoveBy = -1 | 1;

/** Who moves an item by keyboard goes on with it from where it is then; at an end there is only the way back. */
export async function focusMoved(
  itemAt: (index: number) => Element | undefined,
  { to, by, count }: { to: number; by: MoveBy; count: number },
): Promise<void> {
  await nextTick();
  const isEnd = to === 0 || to === count - 1;
  const direction = (isEnd ? -by : by) < 0 ? 'up' : 'down';
  itemAt(to)?.querySelector<HTMLElement>(`[data-move=${direction}]`)?.focus();
}
