export interface Catalogue {
  [key: string]: string | Catalogue;
}

/** A language's files as one catalogue: `./kinds/pods.json` holds the keys below `kinds.pods.`. */
export function byPath(files: Record<string, Catalogue>): Catalogue {
  const messages: Catalogue = {};
  for (const [path, texts] of Object.entries(files)) {
    const [last = '', ...parents] = path.slice('./'.length, -'.json'.length).split('/').toReversed();
    let folder = messages;
    for (const parent of parents.toReversed()) folder = (folder[parent] ??= {}) as Catalogue;
    folder[last] = texts;
  }
  return messages;
}
