// Depends on: tools/soak, tools/control-plane, e2e/support
import { realNodePossible } from '@pilothouse/control-plane';
import { needing } from '@pilothouse/testing';
import { expect, test } from 'vitest';
import { printed } from './report.ts';
import { runScenario } from './run-scenarios.ts';
import { scenarios } from './scenarios.ts';

const possible = await realNodePossible();

for (const scenario of scenarios.filter(({ sizes }) => sizes.small !== undefined)) {
  test(
    `${scenario.name}: ${scenario.title}`,
    { ...(scenario.realNode ? needing(possible) : {}), timeout: 300_000 },
    async ({ signal }) => {
      const said: string[] = [];
      const options = { size: 'small', signal, say: (message: string) => said.push(message) } as const;
      const result = await runScenario(scenario, options);
      // the whole table tells more than a verdict
      if (result.verdict !== 'passed') expect.fail([printed(result), ...said].join('\n'));
      expect(result.figures.length).toBeGreaterThan(3);
    },
  );
}
