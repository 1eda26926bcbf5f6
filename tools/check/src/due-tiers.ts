import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheDirectory } from '@pilothouse/control-plane';
import { GreenStamps, type Piece } from './green-stamps.ts';
import { prepareMySql } from './prepare-mysql.ts';
import { root } from './root.ts';
import { runProject } from './run-project.ts';
import { addSummaries, type Summary } from './summary.ts';

/** The tests of what reads and writes the database, once more against a MySQL. */
const mysql: Piece = {
  name: 'mysql',
  dependsOn: ['prisma', 'apps/api/src/db', 'apps/api/src/testing', 'apps/api/src/**.repository.ts'],
};

/**
 * Runs the attacks on packages/kube: the files of which something that they depend on has changed since they were last green
 * on this machine, or `all`.
 */
export async function runHostileTier({ all }: { all: boolean }): Promise<Summary> {
  const { summary, left, of } = await runDueFiles('hostile', { all });
  return addSummaries([summary, leftOut('hostile', left, of)]);
}

/** Runs the tests of the tools themselves, and what goes on a MySQL: as {@link runHostileTier}, what is due of it. */
export async function runMachineTier({ all }: { all: boolean }): Promise<Summary> {
  const { summary, left, of } = await runDueFiles('machine', { all });
  const mysqlIsDue = all || !stamps().isGreen(mysql);
  const summaries = [summary, ...(mysqlIsDue ? [await runMySql()] : [])];
  return addSummaries([...summaries, leftOut('machine', left + (mysqlIsDue ? 0 : 1), of + 1)]);
}

const stamps = () => new GreenStamps(root, join(cacheDirectory(), 'green'));

async function runDueFiles(
  project: 'hostile' | 'machine',
  { all }: { all: boolean },
): Promise<{ summary: Summary; left: number; of: number }> {
  const pieces = filesOf(project);
  const due = pieces.filter((piece) => all || !stamps().isGreen(piece));
  const counts = { left: pieces.length - due.length, of: pieces.length };
  if (due.length === 0) return { summary: addSummaries([]), ...counts };
  const { summary, tally } = await runProject(project, { files: due.map(({ name }) => name) });
  for (const piece of due) {
    const own = tally?.tests.filter(({ file }) => file === piece.name) ?? [];
    const failed = tally?.failedFiles.includes(piece.name) ?? true;
    if (!failed && own.length > 0 && own.every(({ state }) => state === 'passed')) stamps().setGreen(piece);
  }
  return { summary, ...counts };
}

function leftOut(tier: string, left: number, of: number): Summary {
  const note = `${tier}: ${left} of ${of} left out, for nothing has changed since they were last green here`;
  return { passed: 0, failed: 0, skipped: 0, notes: left > 0 ? [note] : [] };
}

async function runMySql(): Promise<Summary> {
  const prepared = prepareMySql();
  if ('reason' in prepared) {
    return { passed: 0, failed: 0, skipped: 1, notes: [`skipped here: ${prepared.reason}`] };
  }
  const { summary } = await runProject('mysql', { environment: { PILOTHOUSE_TEST_MYSQL: prepared.root } });
  if (summary.failed === 0 && summary.skipped === 0) stamps().setGreen(mysql);
  return summary;
}

/** Each says at its beginning what it depends on: `// Depends on: tools/start, prisma`. */
function filesOf(project: 'hostile' | 'machine'): Piece[] {
  return globSync(`{apps,packages,tools,e2e}/**/*.${project}.test.ts`, {
    cwd: root,
    exclude: (name) => name === 'node_modules',
  })
    .toSorted()
    .map((name) => {
      const said = /^\/\/ Depends on: (.+)$/m.exec(readFileSync(join(root, name), 'utf8'))?.[1];
      if (said === undefined) throw new Error(`${name} does not say what it depends on`);
      return { name, dependsOn: [name, ...said.split(', ')] };
    });
}
