import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** Running processes that have to do with a data folder: it is in their arguments or their environment. */
export function processesOf(dataFolder: string): { pid: number; command: string }[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .map((name) => ({ pid: Number(name), command: read(`/proc/${name}/cmdline`) }))
    .filter(
      ({ pid, command }) =>
        command !== '' && `${command}${read(`/proc/${pid}/environ`)}`.includes(dataFolder),
    )
    .map(({ pid, command }) => ({ pid, command: command.replaceAll('\0', ' ').trim() }));
}

/** kill -9 of everything that {@link processesOf} finds, children first, until nothing is left that could start more. */
export async function killAll(dataFolder: string): Promise<void> {
  await waitUntil('everything is dead', () => {
    const all = processesOf(dataFolder).toSorted((a, b) => b.pid - a.pid);
    for (const { pid } of all) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // it ended with another one
      }
    }
    return all.length === 0;
  });
}

/** Waits until `condition` holds; fails saying `what` did not happen. */
export async function waitUntil(
  what: string,
  condition: () => boolean | Promise<boolean>,
  timeoutMs = 30_000,
): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`${what}: not within ${timeoutMs} ms`);
    await sleep(50);
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
