import { fileURLToPath } from 'node:url';
import { join, resolve } from 'node:path';

/** The checkout. */
export const root = fileURLToPath(new URL('../../../', import.meta.url));

/** Node 24 of the dependencies: whatever Node runs this file, TypeScript runs on that one. */
export const node24 = join(root, 'node_modules/node/bin/node');

/** Where stamps and locks of what we build live; goes away with the dependencies. */
export const buildState = join(root, 'node_modules/.pilothouse');

/**
 * A setting as given; empty counts as not given.
 * @param {string} name
 */
export function setting(name) {
  return process.env[name] || undefined;
}

/** Where the platform keeps its data. */
export function dataFolder() {
  return resolve(root, setting('PILOTHOUSE_DATA') ?? '.data');
}
