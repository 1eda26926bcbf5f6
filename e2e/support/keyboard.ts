import type { Locator, Page } from 'playwright-core';
import { waitUntil } from './processes.ts';

/** More stops than there are between any two places of a page. */
const mostStops = 150;

type Key = 'Tab' | 'Shift+Tab';

/** A page in the hands of somebody who has no mouse: one place after the other has the focus, and must show it. */
export interface Keyboard {
  /** Presses `key` until what is wanted has the focus; fails where it cannot be reached or does not show the focus. */
  to: (wanted: Locator, key?: Key) => Promise<void>;
  /** Goes there as {@link Keyboard.to} does, and presses Enter. */
  enter: (wanted: Locator, key?: Key) => Promise<void>;
  press: (key: string) => Promise<void>;
  /** Puts a text in the place of what the field has. */
  fill: (text: string) => Promise<void>;
  /** Goes to a page or an object by the palette; fails where the focus is not in what opened. */
  goTo: (name: string) => Promise<void>;
  /** Waits until the focus is somewhere in `part`. */
  isIn: (part: string) => Promise<void>;
}

export function keyboardOf(page: Page): Keyboard {
  const press = (key: string) => page.keyboard.press(key);
  const hasFocus = (wanted: Locator) =>
    wanted.evaluate((element) => element === element.ownerDocument.activeElement);

  async function to(wanted: Locator, key: Key = 'Tab') {
    await wanted.waitFor();
    for (let stops = 0; !(await hasFocus(wanted)); stops++) {
      if (stops === mostStops) throw new Error(`${wanted} is not reached by ${key}`);
      await press(key);
    }
    const problem = await page.evaluate<string | null>(problemOfFocus);
    if (problem !== null) throw new Error(`${wanted} has the focus and ${problem}`);
  }
  const isIn = (part: string) =>
    waitUntil(
      `the focus is in ${part}`,
      async () => (await page.locator(`${part}:focus, ${part} :focus`).count()) > 0,
    );

  return {
    press,
    to,
    isIn,
    async enter(wanted, key) {
      await to(wanted, key);
      await press('Enter');
    },
    async fill(text) {
      await press('Control+a');
      await page.keyboard.insertText(text);
    },
    async goTo(name) {
      await press('Control+k');
      await isIn('.palette-modal');
      await page.keyboard.insertText(name);
      await page.locator('[role=option][aria-selected=true]').getByText(name, { exact: true }).waitFor();
      await press('Enter');
      await page.locator('.palette-modal').waitFor({ state: 'hidden' });
      await isIn('main');
    },
  };
}

/** Why nobody sees what has the focus. Runs in the page; as text, for the DOM's types are not Node's. */
const problemOfFocus = `(() => {
  const element = document.activeElement;
  const { left, right, top, bottom } = element.getBoundingClientRect();
  const above = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
  // what is drawn in the place of an input stands beside it
  if (!element.parentElement.contains(above)) return 'is out of sight';
  const frame = element.closest('.ant-input-affix-wrapper, .ant-select-selector');
  const rings = [element, element.nextElementSibling, frame].filter((part) => part !== null).map(getComputedStyle);
  const isSeen = rings.some(({ outlineStyle, boxShadow }) => outlineStyle !== 'none' || boxShadow !== 'none');
  return isSeen ? null : 'has no ring';
})()`;
