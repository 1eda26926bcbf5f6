/** `suggested`, or where that is taken the first of `suggested-2`, `suggested-3` … that is not. */
export function freeName(suggested: string, clusters: { name: string }[]): string {
  const taken = new Set(clusters.map(({ name }) => name));
  for (let number = 1; ; number++) {
    const suffix = number === 1 ? '' : `-${number}`;
    const name = suggested.slice(0, 63 - suffix.length).replace(/-+$/, '') + suffix;
    if (!taken.has(name)) return name;
  }
}
