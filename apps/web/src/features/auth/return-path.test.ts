import { expect, test } from 'vitest';
import { returnPath } from './return-path.ts';

test.each(['/clusters/dev/pods?namespace=a', '/'])('%s is a place of ours', (path) => {
  expect(returnPath(path)).toBe(path);
});

test.each([
  '//evil.example',
  '/\\evil.example',
  'https://evil.example',
  'javascript:alert(1)',
  '',
  undefined,
  ['/a'],
])('%s leads to the start page', (path) => {
  expect(returnPath(path)).toBe('/');
});
