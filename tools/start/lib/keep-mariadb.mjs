import { startPrivateMariaDb } from '../mariadb.mjs';

/** A database that ends more often than this in a minute is not worth another try. */
const restartsPerMinute = 3;

/**
 * Starts the private MariaDB and starts it again, at the same address, when it ends by itself.
 * @param {object} options
 * @param {string} options.folder
 * @param {(message: string) => void} options.onProgress
 * @param {(stop: () => Promise<void>) => void} options.onStarted
 * @param {(reason: string) => void} options.onLost it cannot be kept running
 * @returns {Promise<string>} its URL, good for all its lives
 */
export async function keepPrivateMariaDb({ folder, onProgress, onStarted, onLost }) {
  let stopped = false;
  let server = await startPrivateMariaDb({ folder, onProgress });
  onStarted(async () => {
    stopped = true;
    await server.stop();
  });

  /** @type {number[]} */
  let restarts = [];
  async function keep() {
    for (;;) {
      await server.exited;
      if (stopped) return;
      restarts = [...restarts.filter((at) => Date.now() - at < 60_000), Date.now()];
      if (restarts.length > restartsPerMinute) {
        throw new Error('it ended again and again');
      }
      console.error('The database ended by itself; starting it again.');
      server = await startPrivateMariaDb({ folder, url: server.url });
    }
  }
  keep().catch((error) => onLost(`The database cannot be kept running: ${error.message}`));
  return server.url;
}
