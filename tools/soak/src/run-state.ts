import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isRunning, type ProcessIdentity } from '@pilothouse/start/processes';
import { dataFolder } from '@pilothouse/start/project';
import type { Result } from './run-scenarios.ts';
import type { SizeName } from './scenario.ts';

/** A run of the soak, as the next command finds it. */
export interface RunState {
  process: ProcessIdentity;
  size: SizeName;
  /** ISO 8601. */
  startedAt: string;
  endedAt?: string;
  wanted: string[];
  running: string[];
  results: Result[];
}

const folder = join(dataFolder(), 'soak');

/** What a detached run prints. */
export const logFile = join(folder, 'soak.log');

const stateFile = join(folder, 'run.json');

export function readRun(): RunState | undefined {
  return read(stateFile) as RunState | undefined;
}

export const writeRun = (state: RunState): void => write(stateFile, state);

/** The run that is going on, if one is. */
export function currentRun(): RunState | undefined {
  const state = readRun();
  return state !== undefined && state.endedAt === undefined && isRunning(state.process) ? state : undefined;
}

function read(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function write(path: string, value: unknown): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(`${path}.new`, JSON.stringify(value, undefined, 2));
  renameSync(`${path}.new`, path);
}
