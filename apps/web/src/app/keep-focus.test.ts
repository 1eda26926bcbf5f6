import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { keepFocus } from './keep-focus.ts';

let kept: ReturnType<typeof keepFocus>;
beforeEach(() => {
  // nothing is laid out here: an element is seen unless it or what holds it is hidden
  Element.prototype.checkVisibility = function checkVisibility() {
    return this.closest('[style*="none"]') === null;
  };
  document.body.innerHTML =
    '<main tabindex="-1"><form><button id="review">Review</button></form><section><a href="#" id="next">Next</a></section>' +
    '<table><tbody>' +
    [1, 2, 3].map((n) => `<tr><td><button id="row-${n}">Take away</button></td></tr>`).join('') +
    '</tbody></table></main><div id="dialog"><button id="yes">Yes</button></div>';
  kept = keepFocus(document.body);
});
afterEach(() => {
  kept.stop();
  document.body.innerHTML = '';
});

const find = (selector: string) => document.querySelector<HTMLElement>(selector) as HTMLElement;
const focused = () => document.activeElement?.id || document.activeElement?.localName;
/** As a browser does it with what is hidden or disabled. */
const lose = () => (document.activeElement as HTMLElement).blur();

test('of a row that is taken away the next one has the focus, of the last one the one before it', async () => {
  find('#row-2').focus();
  find('#row-2').closest('tr')?.remove();
  await vi.waitFor(() => expect(focused()).toBe('row-3'));
  find('#row-3').closest('tr')?.remove();
  await vi.waitFor(() => expect(focused()).toBe('row-1'));
});

test('of a form that is hidden what comes in its place has it', async () => {
  find('#review').focus();
  find('form').style.display = 'none';
  lose();
  await vi.waitFor(() => expect(focused()).toBe('next'));
});

test('of a step that makes place for the next one the first field there has it', async () => {
  find('section').innerHTML =
    '<a href="#" id="before">Help</a><div><button id="go-on">Continue</button></div><!--no form yet-->';
  find('#go-on').focus();
  const [, step, placeholder] = find('section').childNodes;
  step?.remove();
  placeholder?.before(document.createComment('no step any more'));
  placeholder?.remove();
  find('section').insertAdjacentHTML('beforeend', '<form><input id="name"><button id="register"></form>');
  await vi.waitFor(() => expect(focused()).toBe('name'));
});

test('a dialog gives it back to the page it was opened from, where what opened it is gone to what stands there', async () => {
  find('#row-1').focus();
  find('#yes').focus();
  find('#row-1').closest('tr')?.remove();
  find('#dialog').remove();
  await vi.waitFor(() => expect(focused()).toBe('row-2'));
});

test('what is busy gets it back', async () => {
  const button = find('#review') as HTMLButtonElement;
  button.focus();
  lose();
  button.disabled = true;
  await new Promise((settle) => setTimeout(settle, 150));
  expect(focused()).toBe('body');
  button.disabled = false;
  await vi.waitFor(() => expect(focused()).toBe('review'));
});

test('who presses beside everything, and a new page, are left alone', async () => {
  find('#next').focus();
  lose();
  find('#row-1').closest('tr')?.remove();
  await new Promise((settle) => setTimeout(settle, 150));
  expect(focused()).toBe('body');
  find('#next').focus();
  kept.forget();
  find('section').remove();
  await new Promise((settle) => setTimeout(settle, 150));
  expect(focused()).toBe('body');
});

test('where nothing is left the page’s main part has it', async () => {
  find('#next').focus();
  for (const part of document.querySelectorAll('form, table, section')) part.remove();
  await vi.waitFor(() => expect(focused()).toBe('main'));
});
