import { nextTick } from 'vue';

/** Once the page says what was refused: to the first thing that is wrong in a part of it, by eye and by keyboard. */
export async function showRefusal(part: ParentNode | null): Promise<void> {
  await nextTick();
  const first = (selector: string) => part?.querySelector<HTMLElement>(selector);
  const wrong = first('[aria-invalid=true], .ant-form-item-has-error') ?? first('[role=alert]');
  wrong?.scrollIntoView({ block: 'center' });
  const input = wrong?.matches('input, textarea')
    ? wrong
    : wrong?.querySelector<HTMLElement>('input, textarea');
  input?.focus({ preventScroll: true });
}
