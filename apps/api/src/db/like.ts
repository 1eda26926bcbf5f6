/** A condition for rows that hold the text as it is: `%` and `_` are characters like any other. */
export function containing(text: string): { contains: string } {
  return { contains: text.replace(/[\\%_]/g, String.raw`\$&`) };
}
