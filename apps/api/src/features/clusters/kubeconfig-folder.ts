import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { open, readdir, realpath } from 'node:fs/promises';
import path from 'node:path';
import { decodeKubeconfig, KubeconfigError, largestKubeconfig, unreadableKubeconfig } from '@pilothouse/kube';

/** A file in the folder at its present content; `text` is null where it cannot be read, and `problem` says why. */
export interface FolderFile {
  file: string;
  /** SHA-256 of the content, hex. */
  contentHash: string;
  text: string | null;
  problem: KubeconfigError | null;
  /** Not written to for a moment: it is not still being copied. */
  settled: boolean;
}

const maxFiles = 200;
const settleMs = 2000;

/**
 * Reads the files of a folder, not of folders in it. Links may lead to files inside the folder only (as in a mounted
 * Secret); names that begin with a dot are left alone. A folder that is not there is an empty one.
 */
export async function readKubeconfigFolder(folder: string): Promise<FolderFile[]> {
  const root = await realpath(folder).catch(() => undefined);
  if (root === undefined) return [];
  const entries = await readdir(root, { withFileTypes: true });
  const names = entries
    .filter((entry) => !entry.name.startsWith('.') && !entry.isDirectory())
    .map(({ name }) => name)
    .toSorted()
    .slice(0, maxFiles);
  const files = await Promise.all(names.map((name) => readOne(root, name)));
  return files.filter((file) => file !== undefined);
}

/** Undefined where it is no file: a pipe, a link to a folder, or gone meanwhile. */
async function readOne(root: string, file: string): Promise<FolderFile | undefined> {
  const target = await realpath(path.join(root, file)).catch(() => undefined);
  if (target === undefined) return undefined;
  if (!target.startsWith(root + path.sep)) return broken(file, 'fileOutside', target);
  // O_NONBLOCK: opening a pipe must not wait for its other end
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const handle = await open(target, flags).catch(() => undefined);
  if (handle === undefined) return broken(file, 'fileUnreadable', '');
  try {
    const stat = await handle.stat();
    if (!stat.isFile()) return undefined;
    const version = `${stat.size} ${stat.mtimeMs}`;
    if (stat.size > largestKubeconfig) return broken(file, 'tooLarge', version);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(stat.size), 0, stat.size, 0);
    const content = buffer.subarray(0, bytesRead);
    const settled = Date.now() - stat.mtimeMs > settleMs;
    return { file, contentHash: sha256(content), ...readText(content), settled };
  } catch {
    return broken(file, 'fileUnreadable', '');
  } finally {
    await handle.close();
  }
}

function readText(content: Buffer): Pick<FolderFile, 'text' | 'problem'> {
  try {
    return { text: decodeKubeconfig(content), problem: null };
  } catch (error) {
    if (!(error instanceof KubeconfigError)) throw error;
    return { text: null, problem: error };
  }
}

function broken(
  file: string,
  code: 'fileOutside' | 'fileUnreadable' | 'tooLarge',
  version: string,
): FolderFile {
  const problem = unreadableKubeconfig(code, { bytes: String(largestKubeconfig) });
  return { file, contentHash: sha256(Buffer.from(`${code} ${version}`)), text: null, problem, settled: true };
}

function sha256(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
