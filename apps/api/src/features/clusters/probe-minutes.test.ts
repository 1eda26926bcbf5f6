import { probeReason } from '@pilothouse/contract';
import { expect, test } from 'vitest';
import { hourOf, minutesOf, storedReasons, withProbe, type ProbeMinute } from './probe-minutes.ts';

const hour = new Date('2026-11-28T10:00:00Z');
const probe = (time: string, more: Partial<ProbeMinute> = {}): ProbeMinute => ({
  at: new Date(`2026-11-28T10:${time}Z`),
  ok: true,
  reason: null,
  latencyMs: 12,
  ...more,
});
const failed = (time: string, reason: ProbeMinute['reason'] = 'timeout') =>
  probe(time, { ok: false, reason, latencyMs: null });

test('an hour keeps a probe a minute: the first that failed, else the first', () => {
  expect(hourOf(new Date('2026-11-28T10:59:59.999Z'))).toEqual(hour);
  let minutes = withProbe(null, probe('00:01'));
  expect(minutes).toHaveLength(180);
  expect(withProbe(minutes, probe('00:31', { latencyMs: 500 }))).toBe(minutes);
  minutes = withProbe(minutes, failed('59:59'));
  minutes = withProbe(minutes, failed('00:45', 'refused'));
  expect(withProbe(minutes, probe('00:55'))).toBe(minutes);
  minutes = withProbe(minutes, probe('30:00', { latencyMs: 1e9 }));
  expect(minutesOf(hour, minutes)).toEqual([
    { at: new Date('2026-11-28T10:00:00Z'), ok: false, reason: 'refused', latencyMs: null },
    { at: new Date('2026-11-28T10:30:00Z'), ok: true, reason: null, latencyMs: 65_534 },
    { at: new Date('2026-11-28T10:59:00Z'), ok: false, reason: 'timeout', latencyMs: null },
  ]);
});

test.each(probeReason.options)('%s is kept', (reason) => {
  const [kept] = minutesOf(hour, withProbe(null, failed('07:00', reason)));
  expect(kept?.reason).toBe(reason);
});

test('what is stored stays readable', () => {
  expect(storedReasons.slice(0, 3)).toEqual(['dns', 'refused', 'timeout']);
});
