import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { constants } from 'node:os';
import { setPriority } from 'node:os';
import { access, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { run } from '../run.ts';
import { acquireLock } from '../lock.ts';
import type { GoModule, Program } from './programs.ts';

export interface ModuleBuildOptions {
  /** The folder that holds one subfolder per hash. */
  cache: string;
  /** Called as each program begins and for each package that the compiler finishes or the network delivers. */
  onStep?: (step: { program: string; compiled: number; message: string }) => void;
  signal?: AbortSignal | undefined;
}

const buildFlags = ['-trimpath', '-buildvcs=false'];

/** The folder where a module's programs end up: named after everything that decides what they are. */
export async function outputDirectory(module: GoModule, cache: string): Promise<string> {
  const hash = createHash('sha256');
  for (const file of ['go.mod', 'go.sum']) {
    hash.update(await readFile(join(module.directory, file)));
  }
  hash.update(JSON.stringify([buildFlags, linkerFlags(module), process.platform, process.arch, 'cgo=0']));
  return join(cache, hash.digest('hex').slice(0, 16));
}

/** The names of what a module yields. */
export const outputsOf = (module: GoModule): string[] => [
  ...module.programs.map((program) => program.name),
  ...(module.manifests ? [module.manifests.name] : []),
];

/** Those of a module's outputs that are not there yet. */
export async function missingOutputs(module: GoModule, cache: string): Promise<string[]> {
  const directory = await outputDirectory(module, cache);
  const missing: string[] = [];
  for (const name of outputsOf(module)) {
    await access(join(directory, name)).catch(() => missing.push(name));
  }
  return missing;
}

/**
 * Builds what is missing of a module and returns the folder that holds it.
 *
 * A program appears under its name only when it is complete, so an interrupted build goes on where it stopped. Two builds of the same
 * hash take turns.
 */
export async function buildModule(module: GoModule, options: ModuleBuildOptions): Promise<string> {
  const directory = await outputDirectory(module, options.cache);
  if ((await missingOutputs(module, options.cache)).length === 0) return directory;
  const lock = await acquireLock(join(directory, '.lock'), {
    signal: options.signal,
    onWait: (holder) =>
      options.onStep?.({
        program: outputsOf(module)[0] ?? module.directory,
        compiled: 0,
        message: `waiting for another build of the same (process ${holder.pid})`,
      }),
  });
  try {
    await removePartial(directory);
    const missing = await missingOutputs(module, options.cache);
    for (const program of module.programs) {
      if (missing.includes(program.name)) await buildProgram(module, program, directory, options);
    }
    if (module.manifests && missing.includes(module.manifests.name)) {
      await joinManifests(module.directory, module.manifests, directory);
    }
  } finally {
    await lock.release();
  }
  return directory;
}

async function buildProgram(
  module: GoModule,
  program: Program,
  directory: string,
  options: ModuleBuildOptions,
): Promise<void> {
  const partial = join(directory, `.partial-${program.name}`);
  options.onStep?.({ program: program.name, compiled: 0, message: 'starting' });
  const arguments_ = ['build', '-v', ...buildFlags, '-ldflags', linkerFlags(module)];
  const child = spawn('go', [...arguments_, '-o', partial, program.package], {
    cwd: module.directory,
    env: goEnvironment(),
    // -v writes each package here: should this process die, so does go at its next line
    stdio: ['ignore', 'ignore', 'pipe'],
    signal: options.signal,
  });
  if (child.pid) setPriority(child.pid, constants.priority.PRIORITY_BELOW_NORMAL);
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const output: string[] = [];
  let compiled = 0;
  createInterface({ input: child.stderr }).on('line', (line) => {
    output.push(line);
    if (output.length > 30) output.shift();
    const fetched = /^go: downloading (\S+) (\S+)/.exec(line);
    if (!fetched) compiled += 1;
    const message = fetched ? `fetching ${fetched[1]} ${fetched[2]}` : `${compiled} packages compiled`;
    options.onStep?.({ program: program.name, compiled, message });
  });
  const code = await ended;
  if (code !== 0) {
    await rm(partial, { force: true });
    throw new Error(`go could not build ${program.package}:\n${output.join('\n')}`);
  }
  await rename(partial, join(directory, program.name));
}

async function joinManifests(
  goModule: string,
  manifests: NonNullable<GoModule['manifests']>,
  directory: string,
): Promise<void> {
  const list = ['list', '-m', '-f', '{{.Dir}}', manifests.module];
  const source = (await run('go', list, { cwd: goModule, env: goEnvironment() })).trim();
  const documents: string[] = [];
  for (const folder of manifests.folders) {
    for (const file of (await readdir(join(source, folder))).toSorted()) {
      if (!file.endsWith('.yaml') || file === 'kustomization.yaml') continue;
      documents.push(await readFile(join(source, folder, file), 'utf8'));
    }
  }
  const partial = join(directory, `.partial-${manifests.name}`);
  await writeFile(partial, documents.join('\n---\n'));
  await rename(partial, join(directory, manifests.name));
}

async function removePartial(directory: string): Promise<void> {
  for (const name of await readdir(directory)) {
    if (name.startsWith('.partial-')) await rm(join(directory, name), { force: true });
  }
}

const linkerFlags = (module: GoModule) => ['-s -w', module.linkerFlags].filter(Boolean).join(' ');

// GOWORK and GOFLAGS of the user's own projects don't apply here
const goEnvironment = () => ({ ...process.env, CGO_ENABLED: '0', GOWORK: 'off', GOFLAGS: '' });
