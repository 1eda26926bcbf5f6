import { realNodePossible } from '@pilothouse/control-plane';
import type { Bar, BarResult } from './bar.ts';
import { notesOfMissed, plainTable, tableRows } from './table.ts';
import type { World } from './world.ts';

/** Runs bars one after another; a bar that throws fails, and the others go on. */
export async function runBars(bars: readonly Bar[], world: World, signal: AbortSignal): Promise<BarResult[]> {
  const results: BarResult[] = [];
  for (const bar of bars) {
    signal.throwIfAborted();
    world.say(`bar ${bar.number}: ${bar.title}`);
    const begun = performance.now();
    const result = { bar, ...(await outcomeOf(bar, world)), seconds: (performance.now() - begun) / 1000 };
    results.push(result);
    if (result.outcome === 'measured')
      console.log(`${plainTable(tableRows([result]))}\n${notesOfMissed([result])}`);
    else world.say(`bar ${bar.number} ${result.outcome}: ${result.reason}`);
  }
  return results;
}

async function outcomeOf(bar: Bar, world: World) {
  if (bar.needsRealNode) {
    const possible = await realNodePossible();
    if (!possible.ok) return { outcome: 'skipped', reason: possible.reason } as const;
  }
  try {
    return { outcome: 'measured', measures: await bar.run(world) } as const;
  } catch (error) {
    const reason = (error as Error).stack ?? String(error);
    return { outcome: 'failed', reason } as const;
  }
}
