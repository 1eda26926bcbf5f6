import { expect, test } from 'vitest';
import { toCsv } from './csv.ts';

test.each([
  [['a', 'b'], 'a,b'],
  [['say "hi"', 'x,y', 'two\nlines'], '"say ""hi""","x,y","two\nlines"'],
  [['=HYPERLINK("evil")', '@cmd', '+1', '-3.5', '-x'], '"\'=HYPERLINK(""evil"")",\'@cmd,+1,-3.5,\'-x'],
])('%j', (row, line) => {
  expect(toCsv([row])).toBe(line);
});
