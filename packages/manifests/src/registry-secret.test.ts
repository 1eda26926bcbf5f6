import { expect, test } from 'vitest';
import { registrySecret } from './registry-secret.ts';

const decoded = (text: string | undefined) => Buffer.from(text ?? '', 'base64').toString('utf8');

test('a pull secret is as kubectl create secret docker-registry makes it, encoded once', () => {
  const password = 'p"ä$s:word';
  const credentials = [
    { host: 'my-registry.example:5000', username: 'tiger', password },
    { host: 'ghcr.io', username: 'shop', password: 'x' },
  ];
  const { type, data } = registrySecret(credentials, { name: 'registry-1' });
  expect(type).toBe('kubernetes.io/dockerconfigjson');
  const { auths } = JSON.parse(decoded(data?.['.dockerconfigjson']));
  expect(Object.keys(auths)).toEqual(['my-registry.example:5000', 'ghcr.io']);
  const { auth, ...rest } = auths['my-registry.example:5000'];
  expect(rest).toEqual({ username: 'tiger', password });
  expect(decoded(auth)).toBe(`tiger:${password}`);
});
