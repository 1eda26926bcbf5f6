import { expect, test } from 'vitest';
import { renewed } from './report.ts';
import type { Result } from './run-scenarios.ts';
import type { Scenario } from './scenario.ts';

const scenario = (name: string) => ({ name, title: `What ${name} is` }) as Scenario;
const scenarios = [scenario('one'), scenario('one-more'), scenario('two')];
const result = (name: string, verdict: Result['verdict']): Result => ({
  name,
  title: name,
  size: 'full',
  verdict,
  startedAt: '2026-11-27T08:35:25.888Z',
  minutes: 3,
  figures: [{ what: 'pods', measured: '100' }],
});

test('a result renews its section; the others stay, and those that never ran say so', () => {
  const first = renewed('', scenarios, result('one', 'failed'), 'abc');
  expect(first.match(/^## .*$/gm)).toEqual(['## one: failed', '## one-more', '## two']);
  expect(first.match(/Not run yet/g)).toHaveLength(2);

  const second = renewed(first, scenarios, result('two', 'passed'), 'def');
  const third = renewed(second, scenarios, result('one', 'passed'), 'ghi');
  expect(third.match(/^## .*$/gm)).toEqual(['## one: passed', '## one-more', '## two: passed']);
  expect(third.match(/revision \w+/g)).toEqual(['revision ghi', 'revision def']);
  expect(renewed(third, scenarios, result('one', 'passed'), 'ghi')).toBe(third);

  const other = renewed('', scenarios.slice(1), result('one-more', 'passed'), 'jkl');
  const added = renewed(other, scenarios, result('two', 'passed'), 'mno');
  expect(added.match(/^## .*$/gm)).toEqual(['## one', '## one-more: passed', '## two: passed']);
});
