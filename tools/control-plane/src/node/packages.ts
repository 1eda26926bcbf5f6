import { access, constants, readFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { run } from '../run.ts';

/** Where Debian puts the CNI plugins. */
export const cniPluginDirectory = '/usr/lib/cni';

/** What a real node takes from the distribution: a file that must be there, and the Debian package it comes with. */
const needs = [
  { command: 'runc', package: 'runc' },
  { command: join(cniPluginDirectory, 'bridge'), package: 'containernetworking-plugins' },
  { command: 'busybox', package: 'busybox-static' },
  { command: 'ip', package: 'iproute2' },
  { command: 'mount', package: 'mount' },
];

/** The Debian packages that are missing for a real node. */
export async function missingPackages(): Promise<string[]> {
  const missing: string[] = [];
  for (const need of needs) {
    const path = await findCommand(need.command);
    // the other busybox of Debian needs a libc, and images have none
    const suits = path && (need.command !== 'busybox' || (await isStatic(path)));
    if (!suits) missing.push(need.package);
  }
  return missing;
}

/** Installs what is missing for a real node. Throws, naming the packages, where there is no apt-get to do it with. */
export async function installPackages(options: {
  onProgress?: ((message: string) => void) | undefined;
  signal?: AbortSignal | undefined;
}): Promise<void> {
  const missing = await missingPackages();
  if (missing.length === 0) return;
  if (!(await findCommand('apt-get'))) {
    throw new Error(`A real node needs ${missing.join(', ')}: please install them.`);
  }
  options.onProgress?.(`Installing ${missing.join(', ')}`);
  const settings = {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    signal: options.signal,
  };
  // somebody else's apt-get may run: it is waited for
  const patience = ['-o', 'DPkg::Lock::Timeout=300'];
  const install = ['install', '-y', '--no-install-recommends', ...patience, ...missing];
  // the package lists of a fresh image are empty or out of date: fetch them only then
  await run('apt-get', install, settings).catch(async () => {
    await run('apt-get', ['update'], settings);
    await run('apt-get', install, settings);
  });
}

/** The absolute path of a command on PATH or in the folders of system programs. */
export async function findCommand(command: string): Promise<string | undefined> {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin'];
  const candidates = command.startsWith('/') ? [command] : folders.map((folder) => join(folder, command));
  for (const candidate of candidates) {
    const found = await access(candidate, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (found) return candidate;
  }
  return undefined;
}

/** Whether a 64-bit little-endian ELF program names no interpreter (`PT_INTERP` of elf(5)), that is, no dynamic loader. */
async function isStatic(path: string): Promise<boolean> {
  const elf = await readFile(path);
  const headers = Number(elf.readBigUInt64LE(32));
  const size = elf.readUInt16LE(54);
  const count = elf.readUInt16LE(56);
  const types = Array.from({ length: count }, (_, index) => elf.readUInt32LE(headers + index * size));
  return !types.includes(3);
}
