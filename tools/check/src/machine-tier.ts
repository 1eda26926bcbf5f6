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
 * Runs the tests of the tools themselves: those of which something that they depend on has changed since they were last
 * green on this machine, or `all`.
 */
export async function runMachineTier({ all }: { all: boolean }): Promise<Summary> {
  const stamps = new GreenStamps(root, join(cacheDirectory(), 'green'));
  const pieces = machineFiles();
  const due = pieces.filter((piece) => all || !stamps.isGreen(piece));
  const summaries: Summary[] = [];
  if (due.length > 0) {
    const { summary, tally } = await runProject('machine', { files: due.map(({ name }) => name) });
    for (const piece of due) {
      const own = tally?.tests.filter(({ file }) => file === piece.name) ?? [];
      const failed = tally?.failedFiles.includes(piece.name) ?? true;
      if (!failed && own.length > 0 && own.every(({ state }) => state === 'passed')) stamps.setGreen(piece);
    }
    summaries.push(summary);
  }
  const mysqlIsDue = all || !stamps.isGreen(mysql);
  if (mysqlIsDue) summaries.push(await runMySql(stamps));
  const left = pieces.length - due.length + (mysqlIsDue ? 0 : 1);
  const note = `machine: ${left} of ${pieces.length + 1} left out, for nothing has changed since they were last green here`;
  return addSummaries([...summaries, { passed: 0, failed: 0, skipped: 0, notes: left > 0 ? [note] : [] }]);
}

async function runMySql(stamps: GreenStamps): Promise<Summary> {
  const prepared = prepareMySql();
  if ('reason' in prepared) {
    return { passed: 0, failed: 0, skipped: 1, notes: [`skipped here: ${prepared.reason}`] };
  }
  const { summary } = await runProject('mysql', { environment: { PILOTHOUSE_TEST_MYSQL: prepared.root } });
  if (summary.failed === 0 && summary.skipped === 0) stamps.setGreen(mysql);
  return summary;
}

/** Each says at its beginning what it depends on: `// Depends on: tools/start, prisma`. */
function machineFiles(): Piece[] {
  return globSync('{apps,packages,tools,e2e}/**/*.machine.test.ts', {
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
