import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where programs built from source are kept, outside the checkout: a fresh clone builds nothing again. */
export function cacheDirectory(): string {
  return join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'pilothouse');
}

/** The base folder of all clusters' state, one subfolder each. */
export function clustersDirectory(): string {
  return process.env['PILOTHOUSE_CLUSTERS_DIR'] || join(cacheDirectory(), 'clusters');
}

/** The folder that holds one go.mod per tool. */
export const goDirectory = join(import.meta.dirname, '..', 'go');
