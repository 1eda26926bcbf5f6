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

test.each([
  ['one of the 16 by its number', '38;5;9', 'ansi-bright-red'],
  ['the cube', '38;5;208', 'rgb(255, 135, 0)'],
  ['its corners', '38;5;16', 'rgb(0, 0, 0)'],
  ['its other corner', '38;5;231', 'rgb(255, 255, 255)'],
  ['greys', '38;5;244', 'rgb(128, 128, 128)'],
  ['true colour', '38;2;10;20;200', 'rgb(10, 20, 200)'],
  ['with colons', '38:2::10:20:200', 'rgb(10, 20, 200)'],
  ['with colons and without a colour space', '38:2:10:20:200', 'rgb(10, 20, 200)'],
  ['the cube with colons', '1;38:5:208', 'rgb(255, 135, 0)'],
  ['a named one behind a true one', '38;2;10;20;200;31', 'ansi-red'],
  ['none that is one', '38;5;256', null],
])('colours of 256 and of 16 million: %s', (_what, code, colour) => {
  expect(textRuns(`\u001B[${code}mx`)).toMatchObject([{ text: 'x', foreground: colour }]);
  const background = code.replaceAll(/\b3(?=8|1$)/g, '4');
  const named = colour?.startsWith('ansi') ? colour : null;
  expect(textRuns(`\u001B[${background}mx`)).toMatchObject([{ text: 'x', background: named ?? colour }]);
});

test('a curly line is a line, not another look', () => {
  expect(textRuns('\u001B[4:3mx')).toMatchObject([{ underline: true, italic: false }]);
});
