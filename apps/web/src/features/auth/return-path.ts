/** A path of this SPA to go on to; anything that could lead elsewhere is the start page. */
export function returnPath(value: unknown): string {
  return typeof value === 'string' && /^\/(?![/\\])/.test(value) ? value : '/';
}
