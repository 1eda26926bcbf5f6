import { flushPromises } from '@vue/test-utils';
import { calls } from '../../../app/testing/fake-api.ts';

/** What a test does with a page, by what people see of it. */
export const buttons = () =>
  [...document.querySelectorAll('button')].map((each) => each.textContent?.trim() ?? '');

export const buttonCalled = (label: string) =>
  [...document.querySelectorAll('button')].find((each) => each.textContent?.trim() === label);

export async function press(label: string, index = 0): Promise<void> {
  const found = [...document.querySelectorAll('button')].filter(
    (each) => each.textContent?.trim() === label || each.getAttribute('aria-label') === label,
  )[index];
  if (found === undefined) throw new Error(`no button ${label}: ${buttons().join(', ')}`);
  found.click();
  await flushPromises();
}

/** The inputs that have a label. */
export function fields(label: string): (HTMLInputElement | HTMLTextAreaElement)[] {
  const labels = [...document.querySelectorAll('label')].filter((each) => each.textContent?.trim() === label);
  return labels.flatMap((each) => {
    const field = document.querySelector<HTMLInputElement>(`#${CSS.escape(each.htmlFor)}`);
    return field === null ? [] : [field];
  });
}

export async function type(
  field: HTMLInputElement | HTMLTextAreaElement | null | undefined,
  text: string,
): Promise<void> {
  if (!field) throw new Error('no such field');
  field.value = text;
  field.dispatchEvent(new Event('input'));
  await flushPromises();
}

/** What an endpoint was sent last. */
export const bodyOf = (endpoint: { id: string }) =>
  calls.findLast((each) => each.endpoint === endpoint.id)?.input.body as Record<string, unknown> | undefined;

export const snapshot = (data: unknown) => ({ type: 'snapshot', data });
