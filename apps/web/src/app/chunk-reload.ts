const storageKey = 'pilothouse.chunkReloads';
const delaysMs = [0, 2000, 5000];

/** Whether a page's chunk could not be fetched: after an update the old ones are gone, or the network broke. */
export function isChunkError(error: unknown): boolean {
  return (
    error instanceof Error &&
    /dynamically imported module|importing a module script|unable to preload css/i.test(error.message)
  );
}

/** Loads the address anew, later each time; gives up after a few so that a broken build doesn't reload for ever. */
export function reloadForChunk(path: string): void {
  const attempts = Number(sessionStorage.getItem(storageKey) ?? '0');
  const delay = delaysMs[attempts];
  if (delay === undefined) return;
  sessionStorage.setItem(storageKey, String(attempts + 1));
  setTimeout(() => globalThis.location.assign(path), delay);
}

/** A page has come: the next failure begins counting again. */
export function forgetChunkReloads(): void {
  sessionStorage.removeItem(storageKey);
}
