import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheDirectory } from '@pilothouse/control-plane';
import { GreenStamps, type Piece } from './green-stamps.ts';
import { root } from './root.ts';
import { runProject } from './run-project.ts';
import { addSummaries, type Summary } from './summary.ts';

/** What of a tier was run, and how many of its pieces were not due. */
export interface DueRun {
  summary: Summary;
  left: number;
  of: number;
}

/** Those of this machine. */
export const greenStamps = () => new GreenStamps(root, join(cacheDirectory(), 'green'));

/**
 * Runs the test files of a Vitest project of which something that they depend on has changed since they were last green on
 * this machine, or `all`.
 */
export async function runDueFiles(project: string, { all }: { all: boolean }): Promise<DueRun> {
  const stamps = greenStamps();
  const pieces = filesOf(project);
  const due = pieces.filter((piece) => all || !stamps.isGreen(piece));
  const counts = { left: pieces.length - due.length, of: pieces.length };
  if (due.length === 0) return { summary: addSummaries([]), ...counts };
  const { summary, tally } = await runProject(project, { files: due.map(({ name }) => name) });
  for (const piece of due) {
    const own = tally?.tests.filter(({ file }) => file === piece.name) ?? [];
    const failed = tally?.failedFiles.includes(piece.name) ?? true;
    if (!failed && own.length > 0 && own.every(({ state }) => state === 'passed')) stamps.setGreen(piece);
  }
  return { summary, ...counts };
}

/** Says what was left out. */
export function withNote(tier: string, { summary, left, of }: DueRun): Summary {
  if (left === 0) return summary;
  const note = `${tier}: ${left} of ${of} left out, for nothing has changed since they were last green here`;
  return { ...summary, notes: [...summary.notes, note] };
}

/** Each says at its beginning what it depends on: `// Depends on: tools/start, prisma`. */
function filesOf(project: string): Piece[] {
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
