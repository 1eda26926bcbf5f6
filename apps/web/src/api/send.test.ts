import { endpoints } from '@pilothouse/contract';
import { afterEach, expect, test, vi } from 'vitest';
import { fieldErrorsOf } from './api-error.ts';
import { send, urlOf } from './send.ts';

afterEach(() => vi.unstubAllGlobals());

function answer(status: number, body: string) {
  vi.stubGlobal('fetch', () => Promise.resolve(new Response(body, { status })));
}

test('a name can never leave its segment of the path', () => {
  const input = { params: { cluster: '../users', group: 'core', plural: 'a?b#c' } };
  expect(urlOf(endpoints.listResources.path, input)).toBe('/api/v1/clusters/..%2Fusers/k8s/core/a%3Fb%23c');
});

test('lists repeat their key, what is not set is left out', () => {
  const query = { namespace: ['a', 'b'], q: undefined, page: 2 };
  expect(urlOf('/x', { query })).toBe('/api/v1/x?namespace=a&namespace=b&page=2');
});

test('an error keeps code, fields, request id and the cluster’s own words', async () => {
  const error = {
    code: 'clusterInvalid',
    message: 'The cluster says: no',
    params: { message: 'no' },
    requestId: 'r-7',
    status: { message: 'no', reason: 'Invalid' },
  };
  answer(422, JSON.stringify({ error }));
  await expect(send(endpoints.listClusters, {})).rejects.toMatchObject({
    code: 'clusterInvalid',
    status: 422,
    params: { message: 'no' },
    requestId: 'r-7',
    clusterStatus: { reason: 'Invalid' },
    passes: false,
  });
});

test('an answer that is not the platform’s says so', async () => {
  answer(502, '<html>Bad Gateway</html>');
  await expect(send(endpoints.listClusters, {})).rejects.toMatchObject({ code: 'badAnswer', passes: true });
});

test('field errors lose the place they were sent in', async () => {
  const error = {
    code: 'invalidField',
    message: 'body.name: dnsLabel',
    field: 'body.name',
    requestId: 'r',
    fields: [
      { field: 'body.name', code: 'invalidField', message: 'body.name: dnsLabel' },
      { field: 'query.page', code: 'invalidField', message: 'query.page: too small' },
    ],
  };
  answer(400, JSON.stringify({ error }));
  const failure = await send(endpoints.listClusters, {}).catch((reason: unknown) => reason);
  expect(fieldErrorsOf(failure).map(({ field }) => field)).toEqual(['name', 'page']);
});

test('an abort by the caller stays an abort', async () => {
  vi.stubGlobal('fetch', (_url: string, init: RequestInit) => Promise.reject(init.signal?.reason));
  const controller = new AbortController();
  controller.abort();
  await expect(send(endpoints.listClusters, {}, { signal: controller.signal })).rejects.toHaveProperty(
    'name',
    'AbortError',
  );
});
