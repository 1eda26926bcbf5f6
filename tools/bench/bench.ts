/** `npm run bench`: measures the bars and what each is held against, in one run. */
import { parseArgs } from 'node:util';
import { prepareMachine } from '../check/src/prepare-machine.ts';
import { bars } from './bars/index.ts';
import { failed } from './src/bar.ts';
import { writeReport } from './src/report.ts';
import { runBars } from './src/run-bars.ts';
import { sizes } from './src/size.ts';
import { plainTable, tableRows } from './src/table.ts';
import { World } from './src/world.ts';

const usage = `Usage: npm run bench -- [options]

  --small          100 nodes and 2,000 pods instead of 1,000 and 20,000
  --bar 1,4,6      these bars only
  --keep           leave the clusters running for the next run, which takes a running one whatever its options:
                   starting 20,000 pods takes minutes. A run without it ends them, also kept ones
  --help

A full run of all bars writes docs/benchmarks.md. Exits with 1 where a bar fails.`;

const { values } = parseArgs({
  options: {
    small: { type: 'boolean', default: false },
    bar: { type: 'string', default: '' },
    keep: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
});

if (values.help) console.log(usage);
else process.exitCode = await main();

async function main(): Promise<number> {
  const begun = Date.now();
  const say = (message: string) => console.log(`${clock(Date.now() - begun)}  ${message}`);
  const numbers = values.bar.split(',').filter(Boolean).map(Number);
  const chosen = numbers.length === 0 ? bars : bars.filter(({ number }) => numbers.includes(number));
  if (chosen.length < numbers.length) {
    console.error(`There are the bars ${bars.map(({ number }) => number).join(', ')}, not ${values.bar}`);
    return 2;
  }
  const interrupted = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => interrupted.abort(new Error('interrupted')));
  }
  await prepareMachine();
  const size = sizes[values.small ? 'small' : 'full'];
  const world = new World({ size, keep: values.keep, say, signal: interrupted.signal });
  try {
    const results = await runBars(chosen, world, interrupted.signal);
    console.log(`\n${plainTable(tableRows(results))}\n`);
    if (numbers.length === 0 && !values.small) say(`written: ${await writeReport(world, results)}`);
    return results.some(failed) ? 1 : 0;
  } finally {
    await world.close();
  }
}

function clock(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  return `${String(Math.floor(seconds / 60)).padStart(2, '0')}:${String(seconds % 60).padStart(2, '0')}`;
}
