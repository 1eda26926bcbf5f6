import { realNodePossible } from '@pilothouse/control-plane';
import type { Figure, Scenario, SizeName } from './scenario.ts';
import { World } from './world.ts';

/** How a scenario went. */
export interface Result {
  name: string;
  title: string;
  size: SizeName;
  /** `failed` also where it could not be carried through; `skipped` where this machine can't. */
  verdict: 'passed' | 'failed' | 'skipped';
  figures: Figure[];
  /** Why there is no verdict of its own. */
  reason?: string;
  /** ISO 8601. */
  startedAt: string;
  minutes: number;
}

export interface RunOptions {
  size: SizeName;
  signal: AbortSignal;
  say: (message: string) => void;
  /** Told when a scenario begins, and with its result when it has ended. */
  onChange: (name: string, result?: Result) => void;
}

/** Runs scenarios one after the other; one that mostly waits runs beside the others. Rejects only when `signal` aborts. */
export async function runScenarios(
  wanted: readonly Scenario[],
  { size, signal, say, onChange }: RunOptions,
): Promise<Result[]> {
  const results: Result[] = [];
  const run = async (scenario: Scenario) => {
    signal.throwIfAborted();
    onChange(scenario.name);
    const result = await runScenario(scenario, {
      size,
      signal,
      say: (message) => say(`${scenario.name}: ${message}`),
    });
    signal.throwIfAborted();
    results.push(result);
    onChange(scenario.name, result);
  };
  const waiting = wanted.filter(({ waits }) => waits).map(run);
  const busy = (async () => {
    for (const scenario of wanted.filter(({ waits }) => !waits)) await run(scenario);
  })();
  await Promise.allSettled([...waiting, busy]);
  signal.throwIfAborted();
  return results;
}

/** Runs one in a world of its own, which is gone afterwards. */
export async function runScenario(
  scenario: Scenario,
  { size, signal, say }: Omit<RunOptions, 'onChange'>,
): Promise<Result> {
  const begun = Date.now();
  const { name, title } = scenario;
  const result = (rest: Pick<Result, 'verdict' | 'figures' | 'reason'>): Result => ({
    name,
    title,
    size,
    ...rest,
    startedAt: new Date(begun).toISOString(),
    minutes: (Date.now() - begun) / 60_000,
  });
  const possible = await realNodePossible();
  if (scenario.realNode && !possible.ok) {
    return result({ verdict: 'skipped', figures: [], reason: possible.reason });
  }
  const world = new World({ name, signal, say });
  try {
    const outcome = await scenario.run(world, scenario.sizes[size]);
    say(outcome.verdict);
    return result(outcome);
  } catch (error) {
    say(`failed: ${error instanceof Error ? error.stack : String(error)}`);
    return result({ verdict: 'failed', figures: [], reason: String(error) });
  } finally {
    await world.close();
  }
}
