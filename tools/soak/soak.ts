/** `npm run soak`: the long tests at full length, on their own. */
import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { ownIdentity, stopProcess } from '@pilothouse/start/processes';
import { root } from '@pilothouse/start/project';
import { printed, renewed, revision } from './src/report.ts';
import { runScenarios, type Result } from './src/run-scenarios.ts';
import { currentRun, logFile, readRun, writeRun } from './src/run-state.ts';
import type { SizeName } from './src/scenario.ts';
import { scenarios } from './src/scenarios.ts';

const names = scenarios.map(({ name }) => name);
const usage = `Usage: npm run soak [-- <command> [scenario…] [--size full|middle|small]]

  start    run in the background until all is done (the default); results go to docs/soak.md
  run      the same in the foreground
  status   how the run stands
  stop     end it, with everything it started

  Scenarios: ${names.join(', ')}. Only full size is kept for docs/soak.md.`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { size: { type: 'string', default: 'full' }, help: { type: 'boolean', short: 'h' } },
});
const [command = 'start', ...wanted] = positionals;
const size = values.size as SizeName;
const known = ['full', 'middle', 'small'].includes(size) && wanted.every((name) => names.includes(name));

if (values.help || !known) console.log(usage);
else if (command === 'start') await start();
else if (command === 'run') await run();
else if (command === 'status') status();
else if (command === 'stop') await stop();
else {
  console.log(usage);
  process.exitCode = 2;
}

/** Hands the run to a process that outlives this one and its terminal. */
async function start(): Promise<void> {
  if (running()) return;
  mkdirSync(dirname(logFile), { recursive: true, mode: 0o700 });
  const log = openSync(logFile, 'w', 0o600);
  const child = spawn(process.execPath, [import.meta.filename, 'run', ...wanted, `--size=${size}`], {
    cwd: root,
    detached: true,
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  child.unref();
  while (currentRun() === undefined && child.exitCode === null) await sleep(100);
  console.log(`The soak runs as process ${child.pid}; it writes to ${logFile}`);
}

async function run(): Promise<void> {
  if (running()) return;
  const ending = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(name, () => ending.abort(new Error(`ended by ${name}`)));
  }
  const chosen = scenarios.filter(
    ({ name, sizes }) => sizes[size] !== undefined && (wanted.length === 0 || wanted.includes(name)),
  );
  const state = {
    process: ownIdentity(),
    size,
    startedAt: new Date().toISOString(),
    wanted: chosen.map(({ name }) => name),
    running: [] as string[],
    results: [] as Result[],
  };
  writeRun(state);
  const measured = revision();
  try {
    await runScenarios(chosen, {
      size,
      signal: ending.signal,
      say: (message) => console.log(`${new Date().toISOString().slice(11, 19)} ${message}`),
      onChange: (name, result) => {
        state.running = state.running.filter((other) => other !== name);
        if (result === undefined) state.running.push(name);
        else {
          state.results.push(result);
          console.log(printed(result));
          if (size === 'full') keepForReport(result, measured);
        }
        writeRun(state);
      },
    });
    process.exitCode = state.results.every(({ verdict }) => verdict !== 'failed') ? 0 : 1;
  } catch (error) {
    console.log(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  } finally {
    writeRun({ ...state, running: [], endedAt: new Date().toISOString() });
  }
}

function keepForReport(result: Result, measured: string): void {
  const file = join(root, 'docs/soak.md');
  const before = existsSync(file) ? readFileSync(file, 'utf8') : '';
  writeFileSync(file, renewed(before, scenarios, result, measured));
}

function status(): void {
  const state = readRun();
  if (state === undefined) return console.log('No soak has run from this data folder.');
  const going = currentRun() !== undefined;
  const left = state.wanted.length - state.results.length;
  const how = going
    ? `runs: ${state.running.join(' and ')} under way, ${left} of ${state.wanted.length} to do`
    : left === 0
      ? `is done since ${state.endedAt}`
      : `ended early${state.endedAt === undefined ? ': its process was killed' : ` at ${state.endedAt}`}`;
  console.log(`The ${state.size} soak of ${state.startedAt} ${how}. Log: ${logFile}`);
  for (const result of state.results) console.log(printed(result));
}

async function stop(): Promise<void> {
  const state = currentRun();
  if (state === undefined) return console.log('No soak runs.');
  console.log('Ending it, with everything it started');
  await stopProcess(state.process.pid, { graceMs: 120_000 });
}

function running(): boolean {
  const state = currentRun();
  if (state === undefined) return false;
  console.log(`A soak runs already, as process ${state.process.pid}.`);
  process.exitCode = 1;
  return true;
}
