import { greenStamps, runDueFiles, withNote } from './due-files.ts';
import type { Piece } from './green-stamps.ts';
import { prepareMySql } from './prepare-mysql.ts';
import { runProject } from './run-project.ts';
import { addSummaries, type Summary } from './summary.ts';

/** The tests of what reads and writes the database, once more against a MySQL. */
const mysql: Piece = {
  name: 'mysql',
  dependsOn: ['prisma', 'apps/api/src/db', 'apps/api/src/testing', 'apps/api/src/**.repository.ts'],
};

/** Runs the tests of the tools themselves, and what goes on a MySQL: what is due of it, or `all`. */
export async function runMachineTier({ all }: { all: boolean }): Promise<Summary> {
  const { summary, left, of } = await runDueFiles('machine', { all });
  const mysqlIsDue = all || !greenStamps().isGreen(mysql);
  const both = mysqlIsDue ? addSummaries([summary, await runMySql()]) : summary;
  return withNote('machine', { summary: both, left: left + (mysqlIsDue ? 0 : 1), of: of + 1 });
}

async function runMySql(): Promise<Summary> {
  const prepared = prepareMySql();
  if ('reason' in prepared) {
    return { passed: 0, failed: 0, skipped: 1, notes: [`skipped here: ${prepared.reason}`] };
  }
  const { summary } = await runProject('mysql', { environment: { PILOTHOUSE_TEST_MYSQL: prepared.root } });
  if (summary.failed === 0 && summary.skipped === 0) greenStamps().setGreen(mysql);
  return summary;
}
