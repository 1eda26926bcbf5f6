import { expect, test } from 'vitest';
import { AppError } from '../../http/app-error.ts';
import { CallRate } from './call-rate.ts';

function rateAt() {
  const clock = { now: 0 };
  const rate = new CallRate(() => clock.now);
  /** How many of so many calls are let through. */
  const admitted = (calls: number, call: () => void) => {
    let count = 0;
    for (let each = 0; each < calls; each += 1) {
      try {
        call();
        count += 1;
      } catch (error) {
        expect(error).toBeInstanceOf(AppError);
        expect(error).toMatchObject({ code: 'tooManyAttempts', params: { seconds: 1 } });
      }
    }
    return count;
  };
  return { clock, rate, admitted };
}

test('a hundred at once, then one a second; what is refused is counted once', () => {
  const { clock, rate, admitted } = rateAt();
  const call = () => rate.admit('a', '192.0.2.1');
  expect(admitted(130, call)).toBe(100);
  clock.now = 5000;
  expect(admitted(10, call)).toBe(5);
  expect([...rate.takeRefused()]).toEqual([['a', 35]]);
  expect([...rate.takeRefused()]).toEqual([]);
});

test('one network’s calls take nothing from another’s, nor from another webhook', () => {
  const { rate, admitted } = rateAt();
  expect(admitted(150, () => rate.admit('a', '192.0.2.1'))).toBe(100);
  expect(admitted(10, () => rate.admit('a', '198.51.100.1'))).toBe(10);
  expect(admitted(10, () => rate.admit('b', '192.0.2.1'))).toBe(10);
});

test('what is signed rightly counts together, wherever it comes from', () => {
  const { rate, admitted } = rateAt();
  expect(admitted(150, () => rate.admitSigned('a'))).toBe(100);
  expect(admitted(10, () => rate.admitSigned('b'))).toBe(10);
});
