import { writeFile } from 'node:fs/promises';
import { availableParallelism, release } from 'node:os';
import { join } from 'node:path';
import type { BarResult } from './bar.ts';
import { podCount } from './size.ts';
import { markdownTable, tableRows } from './table.ts';
import type { World } from './world.ts';

const file = 'docs/benchmarks.md';

/** Writes docs/benchmarks.md; returns its path in the checkout. */
export async function writeReport(world: World, results: readonly BarResult[]): Promise<string> {
  const { size } = world;
  const main = await world.main();
  const { serverVersion } = JSON.parse(await main.kubectl('version', '--output', 'json')) as {
    serverVersion: { gitVersion: string };
  };
  const counts = `${size.nodes.toLocaleString('en-US')} nodes and ${podCount(size).toLocaleString('en-US')} pods`;
  const notes = results.flatMap((result) => notesOf(result));
  const text = `# Benchmarks

Every bar is held against another way to do the same, measured beside it in the same run: times of one machine say nothing on another, their ratio does.

- ${new Date().toISOString().slice(0, 10)}, Node ${process.version}, Kubernetes ${serverVersion.gitVersion}, Linux ${release()}, ${availableParallelism()} cores
- ${counts} (two containers each, ${size.shape.deployments} Deployments, ${size.shape.namespaces} namespaces, nodes played by kwok), a second cluster with 200 pods and a real node, a private MariaDB, and the platform's own process as \`npm start\` runs it
- everything, measured and measuring, on those cores

${markdownTable(tableRows(results))}

## Notes

${notes.map((note) => `- ${note}`).join('\n')}

## Again

\`\`\`sh
npm run bench                     # all bars; root on Linux for the real node of bars 12, 13 and 21
npm run bench -- --small          # ${smallSize}, in minutes
npm run bench -- --bar 1,4 --keep # some of them; the clusters stay for the next run
\`\`\`

What the bars are, each in a file: \`tools/bench/bars\`.
`;
  await writeFile(join(import.meta.dirname, '../../..', file), text);
  return file;
}

const smallSize = '100 nodes and 2,000 pods';

function notesOf(result: BarResult): string[] {
  const { number } = result.bar;
  if (result.outcome !== 'measured') return [`${number}: ${result.outcome}. ${result.reason.split('\n')[0]}`];
  return result.measures.flatMap(({ what, note }) =>
    note === undefined ? [] : [`${number}, ${what}: ${note}`],
  );
}
