import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { buildState, root } from './project.mjs';

const notSources = new Set(['node_modules', 'dist', 'generated', '.data', 'coverage']);

/**
 * @param {string} path
 * @returns {string[]}
 */
function filesBelow(path) {
  if (!existsSync(path)) return [];
  if (statSync(path).isFile()) return [path];
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => !notSources.has(entry.name) && !/\.(test|e2e)\.ts$/.test(entry.name))
    .flatMap((entry) => {
      const child = join(path, entry.name);
      return entry.isDirectory() ? filesBelow(child) : entry.isFile() ? [child] : [];
    });
}

/**
 * Hash over the content of files and folders; tests and build results do not count.
 * @param {readonly string[]} paths relative to the checkout
 */
export function hashOf(paths) {
  const hash = createHash('sha256').update(`${process.platform} ${process.arch}`);
  for (const file of paths.flatMap((path) => filesBelow(join(root, path))).sort()) {
    hash.update(`\0${relative(root, file)}\0`).update(readFileSync(file));
  }
  return hash.digest('hex');
}

/**
 * Does `make` unless it was done for the same sources and its result is there.
 * @param {object} work
 * @param {string} work.name
 * @param {readonly string[]} work.sources
 * @param {string} work.result a file that is there when it was done
 * @param {() => Promise<void>} work.make
 * @returns {Promise<boolean>} whether there was anything to do
 */
export async function makeWhenChanged({ name, sources, result, make }) {
  const stamp = join(buildState, `${name}.sha256`);
  const wanted = hashOf(sources);
  if (existsSync(join(root, result)) && existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted)
    return false;
  rmSync(stamp, { force: true });
  await make();
  mkdirSync(buildState, { recursive: true });
  writeFileSync(stamp, wanted);
  return true;
}
