/** Time for the browser to notice that what had the focus can have it no longer, and for a library to hand it back. */
const settledMs = 60;
const focusable =
  'a[href], button, input:not([type="hidden"]), textarea, [contenteditable="true"], [tabindex]:not([tabindex="-1"])';

/** A place in the page: behind `previous`, or the beginning of `parent`. What comes in the place of what went stands there. */
interface Spot {
  parent: Element;
  previous: Node | null;
}

/**
 * Who works by keyboard never falls out of the page: when what had the focus is taken away or hidden (the row whose
 * button removed it, the form that made place for its review), what stands there now has it, or what stood before it.
 * What is only busy gets it back. A dialog's focus goes back to the page it was opened from.
 * @returns `forget` for a change of page, where the page's main part takes the focus; `stop` ends it.
 */
export function keepFocus(root: HTMLElement): { forget: () => void; stop: () => void } {
  /** What had the focus last, and what had it last in the page itself, outside of dialogs and popups. */
  let last: HTMLElement | null = null;
  let base: HTMLElement | null = null;
  /** Where `base` was, once it is gone. */
  let spot: Spot | null = null;
  let isBusy = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function forget() {
    [last, base, spot, isBusy] = [null, null, null, false];
  }

  function onFocus({ target }: FocusEvent) {
    if (!(target instanceof HTMLElement)) return;
    last = target;
    isBusy = false;
    if (target.closest('main') === null && base !== null && target.closest('header, nav') === null) return;
    base = target;
    spot = null;
  }

  const observer = new MutationObserver((records) => {
    if (base === null || last === null) return;
    for (const { removedNodes, target, previousSibling } of records)
      for (const node of removedNodes) {
        if (node.contains(spot?.parent ?? base))
          spot = { parent: target as Element, previous: previousSibling };
        else if (node === spot?.previous) spot = { ...spot, previous: previousSibling };
      }
    timer ??= setTimeout(check, settledMs);
  });

  function check() {
    timer = undefined;
    const active = document.activeElement;
    if (last === null || base === null || (active !== null && active !== document.body)) return;
    if (last.matches(':disabled') && isThere(last)) {
      isBusy = true;
      return;
    }
    if (isUsable(last)) {
      // it is there still: somebody pressed beside everything, or it was busy meanwhile
      if (isBusy) last.focus();
      else forget();
      return;
    }
    const next = isUsable(base)
      ? base
      : neighbour(spot ?? { parent: base.parentElement ?? root, previous: base });
    forget();
    next?.focus();
  }

  root.addEventListener('focusin', onFocus);
  observer.observe(root, {
    subtree: true,
    childList: true,
    attributes: true,
    attributeFilter: ['class', 'style', 'disabled'],
  });
  return {
    forget,
    stop() {
      clearTimeout(timer);
      observer.disconnect();
      root.removeEventListener('focusin', onFocus);
    },
  };
}

const isThere = (element: Element) =>
  element.isConnected && element.checkVisibility({ visibilityProperty: true });
const isUsable = (element: Element) => isThere(element) && !element.matches(':disabled');

/** Nobody comes to what deletes without having gone there. */
const isOffered = (element: Element) => isUsable(element) && !element.matches('.ant-btn-dangerous');

/** What follows the place, or stands before it, in the nearest part of the page that has something; else its main part. */
function neighbour(spot: Spot): HTMLElement | null {
  const main = document.querySelector('main');
  let { previous } = spot;
  for (
    let part: Element | null = spot.parent;
    part !== null && main?.contains(part) === true;
    part = part.parentElement
  ) {
    const candidates = [...part.querySelectorAll<HTMLElement>(focusable)].filter(isOffered);
    const found = candidates.find((each) => isBehind(each, previous)) ?? candidates.at(-1);
    if (found !== undefined) return found;
    previous = part;
  }
  return main;
}

function isBehind(element: Element, place: Node | null): boolean {
  if (place === null) return true;
  return (
    !place.contains(element) &&
    (place.compareDocumentPosition(element) & Node.DOCUMENT_POSITION_FOLLOWING) !== 0
  );
}
