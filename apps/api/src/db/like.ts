/** `%` and `_` are characters like any other. */
const literally = (text: string) => text.replace(/[\\%_]/g, String.raw`\$&`);

/** A condition for rows that hold the text as it is. No index helps: for small tables. */
export function containing(text: string): { contains: string } {
  return { contains: literally(text) };
}

/** A condition for rows that begin with the text as it is; an index on the column serves it. */
export function beginningWith(text: string): { startsWith: string } {
  return { startsWith: literally(text) };
}
