import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './root.ts';
import type { Summary } from './summary.ts';
import { summaryOf, type Tally } from './tally.ts';

/** What came of it: the numbers, and each test. */
export interface Outcome {
  summary: Summary;
  tally: Tally | undefined;
}

/**
 * Runs a Vitest project of vitest.config.ts, or of it these files only; what it prints is shown, what counts is read from
 * its tally.
 */
export async function runProject(
  project: string,
  { files = [], environment = {} }: { files?: readonly string[]; environment?: Record<string, string> } = {},
): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), 'pilothouse-tally-'));
  const path = join(folder, 'tally.json');
  try {
    const child = spawn(
      process.execPath,
      [
        join(root, 'node_modules/vitest/vitest.mjs'),
        'run',
        `--project=${project}`,
        '--reporter=default',
        `--reporter=${join(import.meta.dirname, 'tally-reporter.ts')}`,
        ...files,
      ],
      {
        cwd: root,
        stdio: ['ignore', 'inherit', 'inherit'],
        env: { ...process.env, ...environment, PILOTHOUSE_TALLY: path },
      },
    );
    const code = await new Promise<number | null>((settle, fail) => {
      child.once('error', fail);
      child.once('close', settle);
    });
    const tally = readTally(path);
    return { tally, summary: summaryOf(tally, code, { strict: Boolean(process.env['CI']) }) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function readTally(path: string): Tally | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Tally;
  } catch {
    return undefined;
  }
}
