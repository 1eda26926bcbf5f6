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
/** Longer than it takes to notice. */
const settled = () => new Promise((settle) => setTimeout(settle, 150));
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

test('a dialog keeps it while what opened it goes, and gives it to what stands there, or back to what is still there', async () => {
  find('#row-1').focus();
  find('#yes').focus();
  find('#row-1').closest('tr')?.remove();
  await settled();
  expect(focused()).toBe('yes');
  find('#yes').remove();
  await vi.waitFor(() => expect(focused()).toBe('row-2'));

  find('section').insertAdjacentHTML('beforeend', '<a href="#">Beside it</a>');
  find('#dialog').innerHTML = '<button id="no">No</button>';
  find('#next').focus();
  find('#no').focus();
  find('#no').remove();
  await vi.waitFor(() => expect(focused()).toBe('next'));
});

test('of what goes bit by bit the place is known', async () => {
  find('section').innerHTML =
    '<a href="#" id="first">1</a><a href="#" id="before">2</a><p><button id="go-on">Go on</button></p><a href="#" id="after">3</a>';
  find('#go-on').focus();
  find('p').remove();
  find('#before').remove();
  await vi.waitFor(() => expect(focused()).toBe('after'));
  find('#first').remove();
  find('#after').remove();
  await vi.waitFor(() => expect(focused()).toBe('row-1'));
  find('#row-1').closest('tr')?.remove();
  find('table').remove();
  await vi.waitFor(() => expect(focused()).toBe('review'));
});

test('a place that was left is forgotten', async () => {
  find('#row-1').focus();
  find('#yes').focus();
  find('#row-1').closest('tr')?.remove();
  await settled();
  find('#review').focus();
  find('form').remove();
  await vi.waitFor(() => expect(focused()).toBe('next'));
});

test('of what is gone from the header the page’s main part has it, not what had it before', async () => {
  document.body.insertAdjacentHTML('afterbegin', '<header><button id="menu">Menu</button></header>');
  find('#next').focus();
  find('#menu').focus();
  find('#menu').remove();
  await vi.waitFor(() => expect(focused()).toBe('main'));
});

test('what deletes does not get it unasked', async () => {
  const section = find('section');
  section.innerHTML = '<button id="move">Move</button><button class="ant-btn-dangerous">Delete</button>';
  find('#move').focus();
  find('#move').replaceWith(Object.assign(document.createElement('button'), { id: 'resume' }));
  await vi.waitFor(() => expect(focused()).toBe('resume'));
  find('#resume').remove();
  await settled();
  expect(document.activeElement?.matches('.ant-btn-dangerous')).toBe(false);
});

test('what is busy gets it back', async () => {
  const button = find('#review') as HTMLButtonElement;
  button.focus();
  lose();
  button.disabled = true;
  await settled();
  expect(focused()).toBe('body');
  button.disabled = false;
  await vi.waitFor(() => expect(focused()).toBe('review'));
});

test('who presses beside everything, and a new page, are left alone', async () => {
  find('#next').focus();
  lose();
  find('#row-1').closest('tr')?.remove();
  await settled();
  expect(focused()).toBe('body');
  find('#next').focus();
  kept.forget();
  find('section').remove();
  await settled();
  expect(focused()).toBe('body');
});

test('where nothing is left the page’s main part has it', async () => {
  find('#next').focus();
  for (const part of document.querySelectorAll('form, table, section')) part.remove();
  await vi.waitFor(() => expect(focused()).toBe('main'));
});
