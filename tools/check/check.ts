import { checks, translations } from './src/checks.ts';
import { runChecks } from './src/run-checks.ts';
import { summaryLine } from './src/summary.ts';

const summary = await runChecks([...checks(), translations]);
console.log(`\n${summaryLine(summary)}`);
process.exitCode = summary.failed === 0 ? 0 : 1;
