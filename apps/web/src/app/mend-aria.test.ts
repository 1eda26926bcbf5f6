import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { mendAria } from './mend-aria.ts';

let stop = () => undefined as void;
beforeEach(() => {
  stop = mendAria(document.body, {
    pageSize: () => 'Rows a page',
    selectAll: () => 'Select all',
    details: () => 'Details',
    close: () => 'Close',
  });
});
afterEach(() => {
  stop();
  document.body.innerHTML = '';
});

function add(html: string) {
  const place = document.createElement('div');
  place.innerHTML = html;
  document.body.append(place);
  return place;
}

test('an icon beside words has no name of its own; one that is a button keeps its', async () => {
  const place = add(
    '<button><span role="img" aria-label="plus" class="anticon"></span>Create</button>' +
      '<span role="button" aria-label="close" class="anticon"></span>',
  );
  await vi.waitFor(() => expect(place.querySelector('[role=img]')?.hasAttribute('aria-label')).toBe(false));
  expect(place.querySelector('[role=img]')?.getAttribute('aria-hidden')).toBe('true');
  expect(place.querySelector('[role=button]')?.getAttribute('aria-label')).toBe('close');
});

test('a Select points to its list while that is there', async () => {
  const place = add(
    '<label for="role">Role</label>' +
      '<div class="ant-select"><input id="role" role="combobox" aria-controls="role_list"></div>',
  );
  const controls = () => place.querySelector('input')?.getAttribute('aria-controls');
  await vi.waitFor(() => expect(controls()).toBeNull());
  place.querySelector('.ant-select')?.classList.add('ant-select-open');
  const option = '<div class="ant-select-item-option" aria-selected="false">Viewer</div>';
  const list = add(
    `<div class="ant-select-dropdown"><div role="listbox" id="role_list"></div>${option}</div>`,
  );
  await vi.waitFor(() => expect(controls()).toBe('role_list'));
  expect(list.querySelector('[role=listbox]')?.getAttribute('aria-label')).toBe('Role');
  expect(list.querySelector('.ant-select-item-option')?.hasAttribute('aria-selected')).toBe(false);
  list.remove();
  place.querySelector('.ant-select')?.classList.remove('ant-select-open');
  await vi.waitFor(() => expect(controls()).toBeNull());
});

test('what is named here has its name in the language of the moment', async () => {
  let word = 'Select all';
  stop();
  stop = mendAria(document.body, {
    pageSize: () => 'Rows a page',
    selectAll: () => word,
    details: () => word,
    close: () => 'Close',
  });
  const place = add(
    '<div class="ant-select" aria-label="Role"><input role="combobox"></div>' +
      '<div class="ant-select" aria-label="Role"><input role="combobox" aria-label="its own"></div>' +
      '<table><thead><tr><th class="ant-table-row-expand-icon-cell"></th>' +
      '<th class="ant-table-selection-column"><input type="checkbox"></th></tr></thead></table>',
  );
  const names = () => [...place.querySelectorAll('input, th')].map((each) => each.getAttribute('aria-label'));
  await vi.waitFor(() => expect(names()).toEqual(['Role', 'its own', 'Select all', null, 'Select all']));
  word = '全选';
  for (const select of place.querySelectorAll('.ant-select')) select.setAttribute('aria-label', '角色');
  document.documentElement.lang = 'zh-CN';
  await vi.waitFor(() => expect(names()).toEqual(['角色', 'its own', '全选', null, '全选']));
  expect(place.querySelector('th')?.textContent).toBe('全选');
  document.documentElement.lang = '';
});

test('a line between the entries of a menu is said to be one', async () => {
  const place = add('<ul role="menu"><li class="ant-dropdown-menu-item-divider"></li></ul>');
  await vi.waitFor(() => expect(place.querySelector('li')?.getAttribute('role')).toBe('separator'));
});

test('what closes a notice is called so', async () => {
  const place = add('<div class="ant-alert"><button class="ant-alert-close-icon"></button></div>');
  await vi.waitFor(() => expect(place.querySelector('button')?.getAttribute('aria-label')).toBe('Close'));
});

test('a pager’s arrows are called what their place says', async () => {
  const icon = '<span role="img" aria-label="left" class="anticon"></span>';
  const place = add(
    `<ul><li class="ant-pagination-prev" title="Previous Page"><button>${icon}</button></li></ul>`,
  );
  await vi.waitFor(() =>
    expect(place.querySelector('button')?.getAttribute('aria-label')).toBe('Previous Page'),
  );
  expect(place.querySelector('.anticon')?.hasAttribute('aria-label')).toBe(false);
});

test('the heads over boxes and arrows say what is below them', async () => {
  const place = add(
    '<table><thead><tr><th class="ant-table-row-expand-icon-cell"></th>' +
      '<th class="ant-table-selection-column"><input type="checkbox"></th></tr></thead></table>',
  );
  await vi.waitFor(() => expect(place.querySelector('th')?.textContent).toBe('Details'));
  expect(place.querySelector('input')?.getAttribute('aria-label')).toBe('Select all');
});

test('the first field of a dialog has the focus, unless somebody is in another already', async () => {
  const first = add('<div class="ant-modal"><button>x</button><input id="a" disabled><input id="b"></div>');
  await vi.waitFor(() => expect(document.activeElement?.id).toBe('b'));
  first.remove();
  add('<div class="ant-modal"><input id="c"><input id="d"></div>').querySelector<HTMLElement>('#d')?.focus();
  await new Promise((settle) => setTimeout(settle, 300));
  expect(document.activeElement?.id).toBe('d');
});

test('arrows go from tab to tab', () => {
  const place = add(
    '<div role="tablist"><div role="tab" tabindex="0">a</div><div role="tab" tabindex="0">b</div></div>',
  );
  place.querySelector<HTMLElement>('[role=tab]')?.focus();
  const press = (key: string) => {
    document.activeElement?.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
    return document.activeElement?.textContent;
  };
  expect([press('ArrowRight'), press('ArrowRight'), press('ArrowLeft'), press('Home')]).toEqual([
    'b',
    'a',
    'b',
    'a',
  ]);
});

test('a field that comes later has the focus too, unless somebody went on meanwhile', async () => {
  const frame =
    '<button id="opener"></button><div class="ant-modal"><div tabindex="0"><button class="x"></button></div></div>';
  const come = async (place: HTMLElement, focused: string) => {
    place.querySelector<HTMLElement>(focused)?.focus();
    await new Promise((settle) => setTimeout(settle, 500));
    place.querySelector('.ant-modal')?.insertAdjacentHTML('beforeend', '<input>');
    await new Promise((settle) => setTimeout(settle, 500));
    return document.activeElement?.localName;
  };
  for (const focused of ['#opener', '[tabindex]']) {
    expect(await come(add(frame), focused)).toBe('input');
    document.body.innerHTML = '';
  }
  expect(await come(add(frame), '.x')).toBe('button');
});

test('Tab stays in a drawer: behind its last element comes its first one', () => {
  Element.prototype.checkVisibility = () => true;
  const place = add(
    '<button>behind</button><div class="ant-drawer"><button id="close">x</button><a href="#" id="last">a</a></div>',
  );
  const tab = (selector: string, shiftKey = false) => {
    const element = place.querySelector<HTMLElement>(selector);
    element?.focus();
    element?.dispatchEvent(
      new KeyboardEvent('keydown', { key: 'Tab', shiftKey, bubbles: true, cancelable: true }),
    );
    return document.activeElement?.id;
  };
  expect(tab('#last')).toBe('close');
  expect(tab('#close', true)).toBe('last');
  expect(tab('#close')).toBe('close');
});
