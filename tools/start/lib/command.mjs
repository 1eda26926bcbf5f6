import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { root } from './project.mjs';
import { StartError } from './start-error.mjs';

/** @type {Set<import('node:child_process').ChildProcess>} */
const running = new Set();

/**
 * Runs a helper command in the checkout and shows its lines.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ onLine: (line: string) => void, env?: NodeJS.ProcessEnv }} options
 * @throws {StartError} with its last lines when it fails
 */
export async function runCommand(command, args, { onLine, env = process.env }) {
  const child = spawn(command, [...args], {
    cwd: root,
    env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  /** @type {string[]} */
  const last = [];
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      if (line.trim() === '') return;
      last.push(line);
      if (last.length > 20) last.shift();
      onLine(line.trim());
    });
  }
  /** @type {{ code: number | null, error?: Error }} */
  const end = await new Promise((settle) => {
    child.once('error', (error) => settle({ code: null, error }));
    child.once('close', (code) => settle({ code }));
  });
  running.delete(child);
  if (end.code !== 0) {
    const output = end.error?.message ?? last.join('\n');
    throw new StartError(`${[command, ...args].join(' ')} failed:\n${output}`);
  }
}

/** Ends helper commands with all they started. */
export function killCommands() {
  for (const { pid } of running) {
    try {
      if (pid !== undefined) process.kill(-pid, 'SIGKILL');
    } catch {
      // already gone
    }
  }
}
