import { expect, test } from 'vitest';
import { isTolerated, secondsToStay } from './tolerations.ts';

const pod = (...tolerations: object[]) => ({ spec: { containers: [], tolerations } }) as never;
const taint = (key: string, value = '', effect = 'NoExecute') => ({ key, value, effect });

test.each([
  [{ operator: 'Exists' }, true],
  [{ key: 'a', operator: 'Exists', effect: 'NoExecute' }, true],
  [{ key: 'a', operator: 'Exists', effect: 'NoSchedule' }, false],
  [{ key: 'a', value: '1' }, true],
  [{ key: 'a', operator: 'Equal', value: '2' }, false],
  [{ key: 'b', operator: 'Exists' }, false],
  // only Exists goes without a key
  [{ value: '1' }, false],
  // another operator than the two is for other taints than equal ones
  [{ key: 'a', operator: 'Gt', value: '1' }, false],
])('%j', (toleration, tolerated) => {
  expect(isTolerated(pod(toleration), taint('a', '1'))).toBe(tolerated);
});

test('without a toleration it goes at once, with one it stays as long as that says', () => {
  expect(secondsToStay(pod(), [taint('a')])).toBe(0);
  expect(secondsToStay(pod({ operator: 'Exists' }), [taint('a')])).toBeNull();
  expect(secondsToStay(pod({ key: 'a', operator: 'Exists', tolerationSeconds: 30 }), [taint('a')])).toBe(30);
  expect(secondsToStay(pod({ key: 'a', operator: 'Exists', tolerationSeconds: -5 }), [taint('a')])).toBe(0);
});

test('of several taints each must be tolerated, and the shortest time counts; other effects ask nothing', () => {
  const both = pod(
    { key: 'a', operator: 'Exists', tolerationSeconds: 300 },
    { key: 'b', operator: 'Exists', tolerationSeconds: 60 },
  );
  expect(secondsToStay(both, [taint('a'), taint('b'), taint('c', '', 'NoSchedule')])).toBe(60);
  expect(secondsToStay(both, [taint('a'), taint('c')])).toBe(0);
  expect(secondsToStay(both, [])).toBeNull();
});

test('the first toleration of a taint decides', () => {
  const first = pod({ operator: 'Exists', tolerationSeconds: 5 }, { key: 'a', operator: 'Exists' });
  expect(secondsToStay(first, [taint('a')])).toBe(5);
});
