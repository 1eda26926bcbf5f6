import { expect, test } from 'vitest';
import { AnonymousShare } from './anonymous-share.ts';

const takes = (share: AnonymousShare, network: string, times: number) =>
  Array.from({ length: times }, () => share.take(network));

test('each network has a share, and what is beyond is one row more', () => {
  const share = new AnonymousShare({ perAddress: 2, together: 100 });
  expect(takes(share, 'a', 5)).toEqual([
    undefined,
    undefined,
    ...Array.from({ length: 3 }, () => ({ network: 'a' })),
  ]);
  expect(takes(share, 'b', 1)).toEqual([undefined]);
});

test('however many networks there are, together they have no more than all', () => {
  const share = new AnonymousShare({ perAddress: 2, together: 10 });
  const taken = Array.from({ length: 1000 }, (_, index) => share.take(`network ${index}`));
  expect(taken.filter((overflow) => overflow === undefined)).toHaveLength(10);
  expect(taken.at(-1)).toEqual({ network: null });
});

test('after a minute the shares are new', () => {
  let now = 0;
  const share = new AnonymousShare({ perAddress: 1, together: 2 }, () => now);
  expect(takes(share, 'a', 2)).toEqual([undefined, { network: 'a' }]);
  expect(share.windowLeftMs).toBe(60_000);
  now = 60_000;
  expect(takes(share, 'a', 2)).toEqual([undefined, { network: 'a' }]);
});
