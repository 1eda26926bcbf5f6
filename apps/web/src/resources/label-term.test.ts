import { expect, test } from 'vitest';
import { selectsLabel, withLabel, withoutLabel } from './label-term.ts';

test('a label takes the place of what the selector said of it, and leaves the rest', () => {
  expect(withLabel('', 'zone', 'a')).toBe('zone=a');
  expect(withLabel('zone=b, tier in (web,db),!zone', 'zone', 'a')).toBe('tier in (web,db),zone=a');
  expect(withLabel('zones=b,zone!=c', 'zone', null)).toBe('zones=b,!zone');
  expect(withLabel('x.io/zone=b', 'zone', '')).toBe('x.io/zone=b,zone=');
});

test('what is said of a label goes', () => {
  expect(withoutLabel('zone in (a,b),tier=web', 'zone')).toBe('tier=web');
  expect(withoutLabel('!zone', 'zone')).toBe('');
});

test('the value that is selected is known', () => {
  expect(selectsLabel('tier=web, zone=a', 'zone', 'a')).toBe(true);
  expect(selectsLabel('zone=a', 'zone', null)).toBe(false);
  expect(selectsLabel('zone in (a)', 'zone', 'a')).toBe(false);
});
