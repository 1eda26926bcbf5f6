/** A command or its arguments; undefined where they are none: empty, or a single empty word, which Kubernetes would run. */
export function words(line: string[] | undefined): string[] | undefined {
  return line === undefined || line.length === 0 || (line.length === 1 && line[0] === '') ? undefined : line;
}

/** The items; undefined where there are none, so that the field is left out. */
export function orNone<T>(items: T[]): T[] | undefined {
  return items.length === 0 ? undefined : items;
}
