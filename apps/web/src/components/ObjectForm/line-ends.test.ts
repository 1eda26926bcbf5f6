import fc from 'fast-check';
import { expect, test } from 'vitest';
import { keepLineEnds } from './line-ends.ts';

/** As a text area hands it out. */
const plain = (text: string) => text.replaceAll(/\r\n?/g, '\n');

test.each([
  ['a\r\nb\r\nc', 'a\nB\nc', 'a\r\nB\r\nc'],
  ['a\r\nb\r\n', 'a\nb\nnew\n', 'a\r\nb\r\nnew\r\n'],
  ['a\nb\r\nc\n', 'a\nb\nc\nd\n', 'a\nb\r\nc\nd\n'],
  ['a\rb\r\nc', 'a\nbx\nc', 'a\rbx\r\nc'],
  ['a\r\n\r\nb', 'a\nb', 'a\r\nb'],
  ['a\nb', 'a\n\nb', 'a\n\nb'],
])('%j, edited to %j', (original, edited, kept) => expect(keepLineEnds(original, edited)).toBe(kept));

test('what was not touched is byte for byte the same, and the text is what was typed', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', ' ', '\n', '\r', '\r\n') });
  fc.assert(
    fc.property(text, text, text, (head, middle, tail) => {
      // a line end is one thing
      fc.pre(!(head.endsWith('\r') && tail.startsWith('\n')));
      const original = head + tail;
      expect(keepLineEnds(original, plain(original))).toBe(original);
      const edited = plain(head) + plain(middle) + plain(tail);
      expect(plain(keepLineEnds(original, edited))).toBe(edited);
    }),
  );
});
