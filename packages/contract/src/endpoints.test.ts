import { expect, test } from 'vitest';
import { allEndpoints as all } from './index.ts';

test('ids and routes are unique', () => {
  expect(new Set(all.map((endpoint) => endpoint.id)).size).toBe(all.length);
  expect(new Set(all.map((endpoint) => `${endpoint.method} ${endpoint.path}`)).size).toBe(all.length);
});

test.each(all.map((endpoint) => [endpoint.id, endpoint] as const))('%s is complete', (_id, endpoint) => {
  const placeholders = [...endpoint.path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
  const params = endpoint.params as { shape: Record<string, unknown> } | undefined;
  expect(Object.keys(params?.shape ?? {}).toSorted()).toEqual(placeholders.toSorted());
  const changes = endpoint.method !== 'GET' && endpoint.id !== 'auth.refresh';
  if (changes || endpoint.produces === 'stream') expect(endpoint.audit, 'has an audit rule').not.toBeNull();
  if (endpoint.live) expect(endpoint.method).toBe('GET');
});

test('what API tokens are refused, no live subscription gives them', () => {
  expect(all.filter(({ live, sessionOnly }) => live && sessionOnly)).toEqual([]);
});
