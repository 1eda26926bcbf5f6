/** @typedef {{ say: (message: string) => void }} Step */

/** @param {number} startedAt */
function seconds(startedAt) {
  return `${((Date.now() - startedAt) / 1000).toFixed(1)} s`;
}

/**
 * Runs one step of the start and says what it does and how long it took.
 * @template T
 * @param {string} title
 * @param {(step: Step) => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function step(title, work) {
  const startedAt = Date.now();
  const label = title.padEnd(16);
  const result = await work({
    say: (message) => console.log(`  ${label} … ${message} (${seconds(startedAt)})`),
  });
  console.log(`  ${label} ready (${seconds(startedAt)})`);
  return result;
}
