import { readFileSync } from 'node:fs';
import { run } from '../run.ts';

/** All mount points at or below a folder, the deepest first. */
export function mountsBelow(folder: string): string[] {
  return readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .map((line) => unescape(line.split(' ')[1] ?? ''))
    .filter((point) => point === folder || point.startsWith(`${folder}/`))
    .toReversed()
    .toSorted((a, b) => b.split('/').length - a.split('/').length);
}

/** Unmounts everything at or below a folder. */
export async function unmountBelow(folder: string): Promise<void> {
  for (const point of mountsBelow(folder)) {
    // lazily where a dying process still holds it: it is gone for everybody else at once
    await run('umount', [point]).catch(() => run('umount', ['--lazy', point]));
  }
}

/** The kernel writes blanks and the like in mount points as octal numbers. */
const unescape = (text: string) =>
  text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8)));
