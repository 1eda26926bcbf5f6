import { checks } from './src/checks.ts';
import { prepareMachine } from './src/prepare-machine.ts';
import { runChecks } from './src/run-checks.ts';
import { runProjects } from './src/run-projects.ts';
import { addSummaries, summaryLine } from './src/summary.ts';

const named = process.argv.slice(2);

/** What needs nothing but the checkout comes first: it fails in a minute, not after a build of Kubernetes. */
const quick = ['unit', 'web'];
/** It measures this process, so it runs alone. */
const alone = ['hostile'];
const real = ['integration', 'e2e'];
const wanted = (projects: readonly string[]) =>
  projects.filter((project) => named.length === 0 || named.includes(project));

const summaries = [];
if (named.length === 0 || named.includes('check')) summaries.push(await runChecks(checks()));
if (wanted(quick).length > 0) summaries.push(await runProjects(wanted(quick)));
if (wanted(alone).length > 0) summaries.push(await runProjects(wanted(alone)));
if (wanted(real).length > 0) {
  await prepareMachine();
  for (const project of wanted(real)) summaries.push(await runProjects([project]));
}

const summary = addSummaries(summaries);
if (summary.skipped > 0) console.log(`\n${summary.skipped} skipped`);
console.log(`\n${summaryLine(summary)}`);
process.exitCode = summary.failed === 0 && summary.passed > 0 ? 0 : 1;
