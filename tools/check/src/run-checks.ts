import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Check } from './checks.ts';
import { root } from './root.ts';
import type { Summary } from './summary.ts';

interface Outcome {
  ok: boolean;
  output: string;
  seconds: string;
}

function runCheck({ command: [program = '', ...args] }: Check): Promise<Outcome> {
  const startedAt = Date.now();
  const child = spawn(join(root, 'node_modules/.bin', program), args, {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, FORCE_COLOR: '0' },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  }
  return new Promise((settle) => {
    const end = (ok: boolean) =>
      settle({ ok, output, seconds: ((Date.now() - startedAt) / 1000).toFixed(1) });
    child.once('error', (error) => {
      output += error.message;
      end(false);
    });
    child.once('close', (code) => end(code === 0));
  });
}

/** Runs the checks, as many at once as there are cores; prints a line for each and the output of those that fail. */
export async function runChecks(checks: readonly Check[]): Promise<Summary> {
  const summary: Summary = { passed: 0, failed: 0, skipped: 0, notes: [] };
  const waiting = [...checks];
  const worker = async () => {
    for (let check = waiting.shift(); check !== undefined; check = waiting.shift()) {
      const { ok, output, seconds } = await runCheck(check);
      summary[ok ? 'passed' : 'failed'] += 1;
      console.log(`${ok ? 'ok    ' : 'FAILED'} ${check.name} (${seconds} s)`);
      if (!ok) console.log(output.trimEnd());
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
  return summary;
}
