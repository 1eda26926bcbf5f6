/**
 * Mends what ant-design-vue 4.2 says wrongly to screen readers: a Select's input has no name and no `aria-expanded` and
 * points to a list that is not there while it is closed; the pager's Select has no name at all; a sorter's arrows have
 * names nobody should hear, and so have icons beside words; the heads over a table's boxes and arrows are empty. A dialog
 * leaves the focus on its frame: its first field takes it. A drawer lets the focus out behind it. Arrows do not go from
 * tab to tab. What closes a notice has no name. A line between a menu's entries is not said to be one.
 * What it names it names anew in another language.
 */
export function mendAria(root: HTMLElement, labels: AriaLabels): () => void {
  /** Names of ours, to be told from those that somebody else gave. */
  const given = new WeakMap<Element, string>();
  const name = (element: Element, text: string) => {
    const now = element.getAttribute('aria-label');
    if (now === text || (now !== null && now !== given.get(element))) return;
    given.set(element, text);
    element.setAttribute('aria-label', text);
  };
  const mendSelect = (select: Element | null) => mendInput(select, labels.pageSize, name);
  const mendAll = (element: Element) => {
    mendSelect(element.closest('.ant-select'));
    for (const select of element.querySelectorAll('.ant-select')) mendSelect(select);
    for (const arrow of element.querySelectorAll(
      '.ant-table-column-sorter [role="presentation"][aria-label]',
    ))
      arrow.removeAttribute('aria-label');
    for (const turn of ownAndBelow(element, '.ant-pagination-prev, .ant-pagination-next'))
      turn.querySelector('button')?.setAttribute('aria-label', turn.getAttribute('title') ?? '');
    for (const close of ownAndBelow(element, '.ant-alert-close-icon'))
      close.setAttribute('aria-label', labels.close());
    for (const line of ownAndBelow(element, '.ant-dropdown-menu-item-divider'))
      line.setAttribute('role', 'separator');
    for (const separator of element.querySelectorAll('.ant-picker-separator[aria-label]'))
      separator.removeAttribute('aria-label');
    for (const icon of ownAndBelow(element, '.anticon[role="img"][aria-label]')) {
      icon.removeAttribute('aria-label');
      icon.setAttribute('aria-hidden', 'true');
    }
    for (const box of element.querySelectorAll('.ant-table-selection-column input'))
      if (box.closest('thead') !== null) name(box, labels.selectAll());
    for (const head of element.querySelectorAll('th.ant-table-row-expand-icon-cell')) {
      name(head, labels.details());
      sayIn(head, labels.details());
    }
    for (const dialog of ownAndBelow(element, '.ant-modal')) focusFirstField(dialog);
    // a Select's list comes after the Select has opened
    for (const list of ownAndBelow(element, '[role="listbox"][id$="_list"]'))
      mendSelect(document.getElementById(list.id.slice(0, -'_list'.length))?.closest('.ant-select') ?? null);
    for (const option of ownAndBelow(element, visibleOption)) option.removeAttribute('aria-selected');
  };
  const observer = new MutationObserver((records) => {
    for (const { target, addedNodes, type } of records) {
      if (target instanceof Element) mendSelect(target.closest('.ant-select'));
      if (target instanceof Element && target.matches(visibleOption)) target.removeAttribute('aria-selected');
      // one that opens again was there all the time
      if (
        type === 'attributes' &&
        target instanceof Element &&
        target.matches('.ant-modal.ant-zoom-enter-prepare')
      )
        focusFirstField(target);
      for (const node of addedNodes) if (node instanceof Element) mendAll(node);
    }
  });
  // once all of it is drawn in the new language
  const languages = new MutationObserver(() => setTimeout(() => mendAll(root)));
  mendAll(root);
  languages.observe(document.documentElement, { attributes: true, attributeFilter: ['lang'] });
  root.addEventListener('keydown', moveAlongTabs);
  root.addEventListener('keydown', stayInDrawer);
  observer.observe(root, {
    subtree: true,
    childList: true,
    attributes: true,
    attributeFilter: [
      'class',
      'aria-label',
      'aria-owns',
      'aria-controls',
      'aria-activedescendant',
      'aria-selected',
    ],
  });
  return () => {
    observer.disconnect();
    languages.disconnect();
    root.removeEventListener('keydown', moveAlongTabs);
    root.removeEventListener('keydown', stayInDrawer);
  };
}

/** Of a Select's list; what a screen reader hears of are others, that are not seen. */
const visibleOption = '.ant-select-item-option[aria-selected]:not([role])';

interface AriaLabels {
  /** The pager's Select. */
  pageSize: () => string;
  /** The box over a table's boxes. */
  selectAll: () => string;
  /** The head over the arrows that open rows. */
  details: () => string;
  /** What closes a notice. */
  close: () => string;
}

/** Arrows, Home and End; Enter opens the tab that has the focus. */
function moveAlongTabs(event: KeyboardEvent): void {
  const tab = event.target instanceof Element ? event.target.closest('[role="tab"]') : null;
  const tabs = [...(tab?.closest('[role="tablist"]')?.querySelectorAll<HTMLElement>('[role="tab"]') ?? [])];
  if (tab === null || tabs.length === 0) return;
  const at = tabs.indexOf(tab as HTMLElement);
  const to: Record<string, number> = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: -1 };
  const next = to[event.key];
  if (next === undefined) return;
  event.preventDefault();
  tabs.at(next % tabs.length)?.focus();
}

/** Behind its last element comes its first one. */
function stayInDrawer(event: KeyboardEvent): void {
  const drawer = event.target instanceof Element ? event.target.closest('.ant-drawer') : null;
  if (drawer === null || event.key !== 'Tab') return;
  const inside = [
    ...drawer.querySelectorAll<HTMLElement>(
      'a[href], button, input, textarea, [tabindex="0"]:not([aria-hidden])',
    ),
  ].filter((each) => each.checkVisibility() && !each.matches(':disabled'));
  const end = event.shiftKey ? inside[0] : inside.at(-1);
  if (event.target !== end && event.target !== drawer) return;
  event.preventDefault();
  (event.shiftKey ? inside.at(-1) : inside[0])?.focus();
}

function ownAndBelow(element: Element, selector: string): Element[] {
  return [...(element.matches(selector) ? [element] : []), ...element.querySelectorAll(selector)];
}

/** What a head says to those who do not see it. */
function sayIn(head: Element, text: string): void {
  const known = head.querySelector('.ph-visually-hidden');
  const said = known ?? document.createElement('span');
  if (said.textContent === text) return;
  said.className = 'ph-visually-hidden';
  said.textContent = text;
  if (known === null) head.append(said);
}

/** A dialog's form may be read only when it opens. */
const patienceMs = 10_000;

/** Once the dialog has had its own try; where somebody is already, they stay. */
function focusFirstField(dialog: Element, until = Date.now() + patienceMs): void {
  setTimeout(() => {
    if (!dialog.isConnected || isInUse(dialog, document.activeElement)) return;
    const fields = 'input:not([disabled], [type="hidden"]), textarea:not([disabled]), .cm-content';
    const field = dialog.querySelector<HTMLElement>(fields);
    if (field !== null) field.focus();
    else if (Date.now() < until) focusFirstField(dialog, until);
  }, 200);
}

/** Somebody went to something in it; the library itself puts the focus on a guard around all of it. */
function isInUse(dialog: Element, active: Element | null): boolean {
  return (
    active !== null && active !== dialog && dialog.contains(active) && !active.matches('div[tabindex="0"]')
  );
}

function mendInput(
  select: Element | null,
  pageSizeLabel: () => string,
  name: (element: Element, text: string) => void,
): void {
  const input = select?.querySelector('input[role="combobox"]');
  if (!select || !input) return;
  const isPager = select.closest('.ant-pagination') !== null;
  const label = isPager ? pageSizeLabel() : select.getAttribute('aria-label');
  if (label !== null) name(input, label);
  const isOpen = String(select.classList.contains('ant-select-open'));
  if (input.getAttribute('aria-expanded') !== isOpen) input.setAttribute('aria-expanded', isOpen);
  for (const reference of ['aria-owns', 'aria-controls', 'aria-activedescendant']) {
    const target = input.getAttribute(reference);
    if (target !== null && document.getElementById(target) === null) input.removeAttribute(reference);
  }
  // taken away while it was closed, and the library does not say it again
  const list = `${input.id}_list`;
  const found = document.getElementById(list);
  if (found === null || isOpen !== 'true') return;
  if (!input.hasAttribute('aria-controls')) input.setAttribute('aria-controls', list);
  const called = label ?? (input as HTMLInputElement).labels?.[0]?.textContent?.trim();
  if (called) name(found, called);
}
