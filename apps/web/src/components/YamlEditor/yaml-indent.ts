import { indentService } from '@codemirror/language';

/** Where the line after `line` begins: below a key without a value, beside the first key of a list item, else as before. */
export function nextIndent(line: string): number {
  const lead = /^\s*(?:-\s+)*/.exec(line)?.[0].length ?? 0;
  const isComment = line.slice(lead).startsWith('#');
  const opens = !isComment && /:(?:\s+[|>][-+\d]*)?(?:\s+#.*)?\s*$/.test(line);
  return opens ? lead + 2 : lead;
}

/** Enter goes on where the next key stands. */
export const yamlIndent = indentService.of((context, pos) => {
  const { doc } = context.state;
  const line = doc.lineAt(pos);
  const before = context.simulatedBreak === null ? doc.line(Math.max(1, line.number - 1)) : line;
  // a line that is there already keeps its place
  if (context.simulatedBreak === null || before.text.trim() === '') return null;
  return nextIndent(before.text.slice(0, pos - before.from));
});
