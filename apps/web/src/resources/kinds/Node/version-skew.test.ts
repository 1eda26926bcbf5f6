import { expect, test } from 'vitest';
import { versionSkew } from './version-skew.ts';

test.each([
  ['v1.36.3', 'v1.36.0', 0],
  ['v1.33.9-eks-1', 'v1.36.3+k3s1', 3],
  ['v1.9.0', 'v1.10.0', 1],
  ['v1.37.0', 'v1.36.3', -1],
  ['kwok-0.8.0', 'v1.36.3', null],
  ['v1.36.3', null, null],
])('%s beside %s', (kubelet, apiserver, skew) => {
  expect(versionSkew(kubelet, apiserver)).toBe(skew);
});
