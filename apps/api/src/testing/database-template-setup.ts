import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestProject } from 'vitest/node';

/** Gives the files of a run a place for the data that their databases begin with: see `databaseTemplate`. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(path.join(tmpdir(), 'pilothouse-template-'));
  project.provide('databaseTemplate', folder);
  return () => rm(folder, { recursive: true, force: true });
}
