import { afterEach, expect, it } from 'vitest';
import { sendJson, sendStatus, startFakeApiserver } from '../testing/fake-apiserver.ts';
import { declaresDryRun, type WriteCall } from './declares-dry-run.ts';
import { OpenApiDocuments } from './open-api.ts';

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

const dryRun = {
  parameters: [
    { name: 'pretty', in: 'query' },
    { name: 'dryRun', in: 'query' },
  ],
};
const none = { parameters: [{ name: 'pretty', in: 'query' }] };
const paths = {
  '/apis/x.io/v1/namespaces/{namespace}/things': { post: dryRun, get: none },
  '/apis/x.io/v1/namespaces/{namespace}/things/{name}': {
    put: none,
    patch: dryRun,
    parameters: [{ name: 'name' }],
  },
  '/apis/x.io/v1/namespaces/{namespace}/things/{name}/scale': { put: dryRun },
  '/apis/x.io/v1/wides': { post: { parameters: null } },
};

async function documents(): Promise<OpenApiDocuments> {
  const server = await startFakeApiserver({
    handle: (_request, response, { pathname }) => {
      if (pathname === '/openapi/v3/apis/x.io/v1') sendJson(response, { paths }, 200, { etag: '"a"' });
      else if (pathname === '/openapi/v3/apis/odd.io/v1') sendJson(response, ['?'], 200, { etag: '"b"' });
      else if (pathname === '/openapi/v3/apis/deep.io/v1')
        response.writeHead(200, { 'content-type': 'application/json' }).end('['.repeat(2000));
      else sendStatus(response, 404, 'NotFound');
    },
  });
  cleanups.push(server.close);
  return new OpenApiDocuments(server.connect());
}

const things = { group: 'x.io', version: 'v1', plural: 'things', namespaced: true };
it.each<[string, WriteCall, boolean]>([
  ['declared', { ...things, method: 'POST' }, true],
  ['declared for another call only', { ...things, method: 'PUT' }, false],
  ['declared of one object', { ...things, method: 'PATCH' }, true],
  ['of a subresource', { ...things, method: 'PUT', subresource: 'scale' }, true],
  ['not there at all', { ...things, method: 'DELETE' }, false],
  ['of another scope', { ...things, method: 'POST', namespaced: false }, false],
  ['without parameters', { ...things, method: 'POST', plural: 'wides', namespaced: false }, false],
  ['no document', { ...things, method: 'POST', group: 'y.io' }, false],
  ['no sensible document', { ...things, method: 'POST', group: 'odd.io' }, false],
  ['a hostile document', { ...things, method: 'POST', group: 'deep.io' }, false],
])('%s', async (_name, call, expected) => {
  expect(await declaresDryRun(await documents(), call)).toBe(expected);
});
