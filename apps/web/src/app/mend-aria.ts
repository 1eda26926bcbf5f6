/**
 * Mends what ant-design-vue 4.2 says wrongly to screen readers: a Select's input has no name and no `aria-expanded` and
 * points to a list that is not there while it is closed; the pager's Select has no name at all; a sorter's arrows have
 * names nobody should hear; a table wider than its place can't be scrolled by keyboard.
 * @param pageSizeLabel the pager's Select is called so.
 */
export function mendAria(root: HTMLElement, pageSizeLabel: () => string): () => void {
  const mendSelect = (select: Element | null) => mendInput(select, pageSizeLabel);
  const mendAll = (element: Element) => {
    mendSelect(element.closest('.ant-select'));
    for (const select of element.querySelectorAll('.ant-select')) mendSelect(select);
    for (const arrow of element.querySelectorAll(
      '.ant-table-column-sorter [role="presentation"][aria-label]',
    ))
      arrow.removeAttribute('aria-label');
    for (const scroller of element.querySelectorAll('.ant-table-content, .ant-table-body'))
      scroller.setAttribute('tabindex', '0');
  };
  const observer = new MutationObserver((records) => {
    for (const { target, addedNodes } of records) {
      if (target instanceof Element) mendSelect(target.closest('.ant-select'));
      for (const node of addedNodes) if (node instanceof Element) mendAll(node);
    }
  });
  mendAll(root);
  observer.observe(root, {
    subtree: true,
    childList: true,
    attributes: true,
    attributeFilter: ['class', 'aria-owns', 'aria-controls', 'aria-activedescendant'],
  });
  return () => observer.disconnect();
}

function mendInput(select: Element | null, pageSizeLabel: () => string): void {
  const input = select?.querySelector('input[role="combobox"]');
  if (!select || !input) return;
  const isPager = select.closest('.ant-pagination') !== null;
  const label = isPager ? pageSizeLabel() : select.getAttribute('aria-label');
  if (label !== null && !input.hasAttribute('aria-label')) input.setAttribute('aria-label', label);
  const isOpen = String(select.classList.contains('ant-select-open'));
  if (input.getAttribute('aria-expanded') !== isOpen) input.setAttribute('aria-expanded', isOpen);
  for (const name of ['aria-owns', 'aria-controls', 'aria-activedescendant']) {
    const target = input.getAttribute(name);
    if (target !== null && document.getElementById(target) === null) input.removeAttribute(name);
  }
}
