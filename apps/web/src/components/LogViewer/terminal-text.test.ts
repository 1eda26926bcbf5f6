import { expect, test } from 'vitest';
import { plainText, textRuns } from './terminal-text.ts';

test('colours become runs', () => {
  expect(
    textRuns('a \u001B[1;31mred\u001B[0m b').map(({ text, foreground, bold }) => [text, foreground, bold]),
  ).toEqual([
    ['a ', null, false],
    ['red', 'ansi-red', true],
    [' b', null, false],
  ]);
});

test.each([
  ['window title', '\u001B]0;owned\u0007after', 'after'],
  ['clipboard (OSC 52)', '\u001B]52;c;ZXZpbA==\u0007after', 'after'],
  ['cursor movement', 'a\u001B[2J\u001B[Hb', 'ab'],
  ['carriage return in the middle', 'honest\rforged', 'honest␍forged'],
  ['bell', 'ding\u0007', 'ding␇'],
  ['bidi override', 'user\u202Enimda', 'user<U+202E>nimda'],
  ['lone escape', 'x\u001B', 'x␛'],
  ['C1 CSI', 'x\u009B', 'x<U+009B>'],
  ['HTML stays text', '<img src=x onerror=alert(1)>', '<img src=x onerror=alert(1)>'],
])('%s is inert', (_what, raw, shown) => {
  expect(plainText(raw)).toBe(shown);
  expect(
    textRuns(raw)
      .map((run) => run.text)
      .join(''),
  ).toBe(shown);
});

test('a CRLF log keeps no trailing return', () => {
  expect(plainText('line\r')).toBe('line');
});
