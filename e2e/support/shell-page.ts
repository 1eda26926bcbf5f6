import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { waitUntil } from './processes.ts';

/**
 * With each prompt busybox asks the terminal where its cursor is, and takes what is typed at that very moment for part
 * of the answer.
 */
const askingMs = 300;

/** The shell on the page, as somebody at the keyboard uses it. */
export interface ShellPage {
  /** Types a line and Enter. */
  type: (line: string) => Promise<void>;
  press: (key: string) => Promise<void>;
  /** Types a command and waits for what it prints, which the command itself must not contain. */
  run: (command: string, output: RegExp) => Promise<RegExpMatchArray>;
  /** What is on the screen. */
  screen: () => Promise<string>;
  /** Waits for a text on the screen. */
  sees: (text: RegExp) => Promise<RegExpMatchArray>;
}

/** Waits until the shell on the page has started. */
export async function openShellPage(page: Page): Promise<ShellPage> {
  const terminal = page.getByTestId('terminal');
  const input = terminal.locator('textarea');
  await page
    .locator('.shell-bar')
    .getByText(/^\/|sh$/)
    .first()
    .waitFor();
  const screen = async () =>
    (await terminal.locator('.xterm-rows > div').allInnerTexts()).join('\n').replaceAll('\u00A0', ' ');
  const sees = async (text: RegExp) => {
    let match: RegExpMatchArray | null = null;
    await waitUntil(
      `${text} on the screen`,
      async () => (match = (await screen()).match(text)) !== null,
    ).catch(async (error: Error) => {
      throw new Error(`${error.message}:\n${await screen()}`);
    });
    return match as unknown as RegExpMatchArray;
  };
  const type = async (line: string) => {
    await input.focus();
    await sleep(askingMs);
    await page.keyboard.insertText(line);
    await page.keyboard.press('Enter');
  };
  return {
    type,
    press: async (key) => {
      await input.focus();
      await page.keyboard.press(key);
    },
    async run(command, output) {
      await type('clear');
      await type(command);
      return sees(output);
    },
    screen,
    sees,
  };
}
