import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { isProblem, isTimeZone, nextRuns, readSchedule } from './cron-schedule.ts';

/** What github.com/robfig/cron v3.0.1, which Kubernetes uses, made of the same schedules. */
const recorded = readFileSync(new URL('../../fixtures/robfig-cron.tsv', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .map((line) => line.split('\t') as [string, string, ...string[]]);
const verdicts = recorded.filter(([what]) => what !== 'next').map(([what, schedule]) => ({ what, schedule }));
const runs = recorded
  .filter(([what]) => what === 'next')
  .map(([, schedule, timeZone = '', after = '', next = '']) => ({ schedule, timeZone, after, next }));

test.each(verdicts)('it $what $schedule', ({ what, schedule }) => {
  expect(isProblem(readSchedule(JSON.parse(schedule)))).toBe(what === 'refuses');
});

test.each(runs)('next runs of $schedule in $timeZone after $after', ({ schedule, timeZone, after, next }) => {
  const read = readSchedule(JSON.parse(schedule));
  if (isProblem(read)) throw new Error(read.code);
  const found = nextRuns(read, timeZone, new Date(after), 5);
  expect(found.map((at) => at.toISOString().replace('.000', '')).join(' ')).toEqual(next);
});

test('what is wrong with one is named', () => {
  expect(readSchedule('0 0 * * * *')).toEqual({ code: 'fields', params: { found: 6 } });
  expect(readSchedule('0 0 * * 7')).toEqual({
    code: 'field',
    params: { position: 5, value: '7', least: 0, most: 6 },
  });
  expect(readSchedule('@reboot')).toEqual({ code: 'macro', params: { value: '@reboot' } });
  expect(readSchedule('TZ=Asia/Shanghai 0 3 * * *')).toEqual({ code: 'timeZone', params: {} });
  // Kubernetes takes it, and never runs it
  expect(readSchedule(', * * * *')).toMatchObject({ code: 'field' });
});

test('an interval has no times of its own', () => {
  const read = readSchedule('@every 1h30m');
  expect(read).toEqual({ kind: 'every', seconds: 5400 });
  expect(isProblem(read) ? null : nextRuns(read, 'UTC', new Date(), 5)).toEqual([]);
});

test.each([
  ['Europe/Berlin', true],
  ['Asia/Calcutta', true],
  ['UTC', true],
  ['Etc/GMT+8', true],
  ['America/Argentina/Buenos_Aires', true],
  ['Mars/Olympus', false],
  ['Local', false],
  ['+08:00', false],
  ['', false],
  ['europe/berlin', false],
  ['../etc/passwd', false],
])('time zone %s: %s', (name, is) => {
  expect(isTimeZone(name)).toBe(is);
});
