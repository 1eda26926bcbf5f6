/**
 * A text area knows one line end only: it hands out `\n` whatever it was given. This gives each line that was not edited
 * its own line end back; new lines get the one that the text has most.
 * @param original what the text area was given. @param edited what it hands out now.
 */
export function keepLineEnds(original: string, edited: string): string {
  if (!original.includes('\r')) return edited;
  const lines = linesOf(original);
  const plain = lines
    .map(({ text }) => `${text}\n`)
    .join('')
    .slice(0, -1);
  let from = 0;
  while (from < plain.length && from < edited.length && plain[from] === edited[from]) from += 1;
  let tail = 0;
  const most = Math.min(plain.length, edited.length) - from;
  while (tail < most && plain.at(-1 - tail) === edited.at(-1 - tail)) tail += 1;
  const carriage = lines.filter(({ end }) => end === '\r\n').length;
  const usual = carriage * 2 > lines.length ? '\r\n' : '\n';
  const head = original.slice(0, originalOffset(lines, from));
  const rest =
    edited.slice(from, edited.length - tail).replaceAll('\n', usual) +
    original.slice(originalOffset(lines, plain.length - tail));
  // lone carriage returns and a line feed that now follows them would be one line end less
  const isMerged = head.endsWith('\r') && rest.startsWith('\n');
  return (isMerged ? head.replace(/\r+$/, (returns) => '\n'.repeat(returns.length)) : head) + rest;
}

interface Line {
  text: string;
  end: '' | '\n' | '\r\n' | '\r';
}

function linesOf(text: string): Line[] {
  const lines: Line[] = [];
  let from = 0;
  for (const match of text.matchAll(/\r\n|\r|\n/g)) {
    lines.push({ text: text.slice(from, match.index), end: match[0] as Line['end'] });
    from = match.index + match[0].length;
  }
  return [...lines, { text: text.slice(from), end: '' }];
}

/** Where a place of the text with plain line ends is in the original. */
function originalOffset(lines: readonly Line[], plainOffset: number): number {
  let left = plainOffset;
  let offset = 0;
  for (const { text, end } of lines) {
    if (left <= text.length) return offset + left;
    left -= text.length + 1;
    offset += text.length + end.length;
  }
  return offset;
}
