import { checks } from './src/checks.ts';
import { runDueFiles, withNote } from './src/due-files.ts';
import { runMachineTier } from './src/machine-tier.ts';
import { prepareMachine } from './src/prepare-machine.ts';
import { runChecks } from './src/run-checks.ts';
import { runProject } from './src/run-project.ts';
import { addSummaries, summaryLine, type Summary } from './src/summary.ts';
import { tierTable, type TierResult } from './src/tier-table.ts';

const named = process.argv.slice(2);
// who names a tier wants all of it
const all = (name: string) => ({ all: named.includes(name) });
const project = (name: string) => async () => (await runProject(name)).summary;

/** What needs nothing but the checkout comes first: it fails in a minute, not after a build of Kubernetes. */
const tiers: { name: string; real?: true; run: () => Promise<Summary> }[] = [
  { name: 'check', run: () => runChecks(checks()) },
  { name: 'unit', run: project('unit') },
  { name: 'web', run: project('web') },
  { name: 'hostile', run: async () => withNote('hostile', await runDueFiles('hostile', all('hostile'))) },
  { name: 'integration', real: true, run: project('integration') },
  { name: 'e2e', real: true, run: project('e2e') },
  { name: 'machine', real: true, run: () => runMachineTier(all('machine')) },
];

const results: TierResult[] = [];
let prepared = false;
for (const { name, real, run } of tiers) {
  if (named.length > 0 && !named.includes(name)) continue;
  if (real && !prepared) await prepareMachine();
  prepared ||= real === true;
  const startedAt = performance.now();
  const summary = await run();
  results.push({ name, summary, seconds: (performance.now() - startedAt) / 1000 });
}

const summary = addSummaries(results.map((result) => result.summary));
console.log(`\n${tierTable(results)}`);
for (const note of summary.notes) console.log(note);
console.log(`\n${summaryLine(summary)}`);
process.exitCode = summary.failed === 0 && summary.passed > 0 ? 0 : 1;
