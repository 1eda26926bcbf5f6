import { beforeEach, expect, test } from 'vitest';
import { AppError } from '../../http/app-error.ts';
import { LoginGuard } from './login-guard.ts';

let now: number;
let guard: LoginGuard;
beforeEach(() => {
  now = 1_000_000;
  guard = new LoginGuard(() => now);
});

/** Seconds the caller is told to wait; 0: they may try. */
function attempt(username: string, address: string): number {
  try {
    guard.begin(username, address);
    return 0;
  } catch (error) {
    if (error instanceof AppError && error.code === 'tooManyAttempts') return Number(error.params.seconds);
    throw error;
  }
}

test('after three attempts the delay doubles, up to a minute', () => {
  expect([attempt('ada', 'a'), attempt('ada', 'a'), attempt('ada', 'a')]).toEqual([0, 0, 0]);
  const delays: number[] = [];
  for (let i = 0; i < 9; i++) {
    const seconds = attempt('ada', 'a');
    delays.push(seconds);
    now += seconds * 1000;
    expect(attempt('ada', 'a')).toBe(0);
  }
  expect(delays).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60]);
});

test('attempts made at once count before the first is answered', () => {
  const answers = Array.from({ length: 50 }, () => attempt('ada', 'a'));
  expect(answers.filter((seconds) => seconds === 0)).toHaveLength(3);
});

test('others, and the same account from elsewhere, are not held up', () => {
  for (let i = 0; i < 20; i++) attempt('ada', 'a');
  expect(attempt('ada', 'a')).toBeGreaterThan(0);
  expect(attempt('bob', 'a')).toBe(0);
  expect(attempt('ada', 'b')).toBe(0);
});

test('one IPv6 network is one address', () => {
  for (let i = 0; i < 3; i++) attempt('ada', `2001:db8:1:2::${i}`);
  expect(attempt('ada', '2001:db8:1:2:ffff::1')).toBeGreaterThan(0);
  expect(attempt('ada', '2001:db8:1:3::1')).toBe(0);
  for (let i = 0; i < 3; i++) attempt('ada', `2001:db8::${i}:0:0:1`);
  expect(attempt('ada', '2001:db8::1')).toBeGreaterThan(0);
  expect(attempt('ada', '2001:db8:0:1::1')).toBe(0);
});

test('a right password clears the count, and so does time', () => {
  for (let i = 0; i < 3; i++) attempt('ada', 'a');
  now += 1000;
  expect(attempt('ada', 'a')).toBe(0);
  guard.succeeded('ada', 'a');
  expect([attempt('ada', 'a'), attempt('ada', 'a'), attempt('ada', 'a')]).toEqual([0, 0, 0]);
  now += 16 * 60_000;
  expect([attempt('ada', 'a'), attempt('ada', 'a'), attempt('ada', 'a')]).toEqual([0, 0, 0]);
});

test('all attempts together have a rate, which does not hold up who has signed in from there before', () => {
  attempt('ada', 'home');
  guard.succeeded('ada', 'home');
  const answers = Array.from({ length: 200 }, (_, i) => attempt(`user${i}`, `address${i}`));
  expect(answers.filter((seconds) => seconds === 0).length).toBeLessThan(100);
  expect(attempt('stranger', 'x')).toBe(1);
  expect(attempt('ada', 'home')).toBe(0);
  now += 1000;
  expect(attempt('stranger', 'x')).toBe(0);
});

test('one address spends its own share and leaves the others theirs', () => {
  for (let i = 0; i < 500; i++) attempt(`user${i}`, 'flood');
  expect(attempt('bob', 'flood')).toBeGreaterThan(0);
  expect(attempt('bob', 'office')).toBe(0);
});
