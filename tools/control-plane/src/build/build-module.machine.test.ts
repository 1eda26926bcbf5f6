// Depends on: tools/control-plane
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { run } from '../run.ts';
import { buildModule, missingOutputs, outputDirectory } from './build-module.ts';
import type { GoModule } from './programs.ts';

let folder: string;
let cache: string;
let module: GoModule;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pilothouse-build-'));
  cache = join(folder, 'cache');
  const directory = join(folder, 'go');
  for (const name of ['first', 'second']) {
    await mkdir(join(directory, name), { recursive: true });
    const source = `package main\n\nvar greeting = "none"\n\nfunc main() { println("${name}", greeting) }\n`;
    await writeFile(join(directory, name, 'main.go'), source);
  }
  await writeFile(join(directory, 'go.mod'), 'module example.test/tiny\n\ngo 1.21\n');
  await writeFile(join(directory, 'go.sum'), '');
  module = {
    directory,
    programs: ['first', 'second'].map((name) => ({ name, package: `example.test/tiny/${name}` })),
    linkerFlags: '-X main.greeting=hello',
  };
});
afterEach(() => rm(folder, { recursive: true }));

async function says(program: string): Promise<string> {
  const path = join(await outputDirectory(module, cache), program);
  return run('sh', ['-c', `${path} 2>&1`]);
}

test('builds each program once and tells which', async () => {
  const steps = new Set<string>();
  const directory = await buildModule(module, {
    cache,
    onStep: ({ program }) => steps.add(program),
  });
  expect([...steps]).toEqual(['first', 'second']);
  expect(await says('first')).toBe('first hello\n');
  expect((await readdir(directory)).toSorted()).toEqual(['first', 'second']);

  const { mtimeMs } = await stat(join(directory, 'first'));
  steps.clear();
  await buildModule(module, { cache, onStep: ({ program }) => steps.add(program) });
  expect([...steps]).toEqual([]);
  expect((await stat(join(directory, 'first'))).mtimeMs).toBe(mtimeMs);
});

test('other flags or another go.mod are another build', async () => {
  const directory = await outputDirectory(module, cache);
  expect(await outputDirectory({ ...module, linkerFlags: '' }, cache)).not.toBe(directory);
  await writeFile(join(module.directory, 'go.mod'), 'module example.test/tiny\n\ngo 1.22\n');
  expect(await outputDirectory(module, cache)).not.toBe(directory);
});

test('goes on after a kill -9 with what is missing', async () => {
  // dies at the moment the second program begins
  const script = `
    const { buildModule } = await import(${JSON.stringify(join(import.meta.dirname, 'build-module.ts'))});
    await buildModule(${JSON.stringify(module)}, { cache: ${JSON.stringify(cache)}, onStep: ({ program }) => {
      if (program === 'second') process.kill(process.pid, 'SIGKILL');
    } });`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script]);
  expect(await once(child, 'exit')).toEqual([null, 'SIGKILL']);
  expect(await missingOutputs(module, cache)).toEqual(['second']);
  const directory = await outputDirectory(module, cache);
  await writeFile(join(directory, '.partial-second'), 'half a program');

  const steps = new Set<string>();
  await buildModule(module, { cache, onStep: ({ program }) => steps.add(program) });
  expect([...steps]).toEqual(['second']);
  expect(await says('second')).toBe('second hello\n');
  expect((await readdir(directory)).toSorted()).toEqual(['first', 'second']);
});

test('two builds of the same take turns', async () => {
  const messages: string[] = [];
  const onStep = (step: { message: string }) => messages.push(step.message);
  await Promise.all([buildModule(module, { cache, onStep }), buildModule(module, { cache, onStep })]);
  expect(messages.filter((message) => message === 'starting')).toHaveLength(2);
  expect(messages.filter((message) => message.startsWith('waiting'))).toHaveLength(1);
});

test('what does not compile is said in the compiler’s words, and nothing stays', async () => {
  await writeFile(join(module.directory, 'first', 'main.go'), 'package main\n\nfunc main() { x }\n');
  await expect(buildModule(module, { cache })).rejects.toThrow('undefined: x');
  expect(await missingOutputs(module, cache)).toEqual(['first', 'second']);
  expect(await readdir(await outputDirectory(module, cache))).toEqual([]);
});

test('a cancelled build ends', async () => {
  const controller = new AbortController();
  const building = buildModule(module, {
    cache,
    signal: controller.signal,
    onStep: () => controller.abort(),
  });
  await expect(building).rejects.toThrow('aborted');
  expect(await missingOutputs(module, cache)).toContain('second');
});
