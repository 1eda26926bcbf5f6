import { afterEach, expect, it } from 'vitest';
import { sendStatus, startFakeApiserver } from '../testing/fake-apiserver.ts';
import { parseDeprecatedApi, readDeprecatedApis } from './read-deprecated-apis.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

const labels = (group: string, version: string, resource: string, removed: string) =>
  `{group="${group}",removed_release="${removed}",resource="${resource}",subresource="",version="${version}"}`;
const metric = 'apiserver_requested_deprecated_apis';
const text = `# HELP ${metric} [STABLE] Gauge of deprecated APIs that have been requested
# TYPE ${metric} gauge
${metric}${labels('', 'v1', 'componentstatuses', '')} 1
${metric}${labels('flowcontrol.apiserver.k8s.io', 'v1beta3', 'flowschemas', '1.32')} 1
${metric}${labels('batch', 'v1beta1', 'cronjobs', '1.25')} 0
${metric}_other${labels('', 'v1', 'pods', '')} 1
`;

it('finds the few lines among all metrics, wherever a piece ends', async () => {
  const server = await startFakeApiserver({
    handle: (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/plain' });
      for (let count = 0; count < 2000; count += 1) response.write(`other_metric{n="${count}"} 1\n`);
      for (const letter of text) response.write(letter);
      response.end('z 1\n');
    },
  });
  cleanups.push(server.close);
  expect(await readDeprecatedApis(server.connect())).toEqual([
    { group: '', version: 'v1', plural: 'componentstatuses', subresource: '', removedRelease: null },
    {
      group: 'flowcontrol.apiserver.k8s.io',
      version: 'v1beta3',
      plural: 'flowschemas',
      subresource: '',
      removedRelease: '1.32',
    },
  ]);
  expect(server.requests).toEqual(['GET /metrics']);
});

it('who may not read metrics is told so', async () => {
  const server = await startFakeApiserver({
    handle: (_request, response) => sendStatus(response, 403, 'Forbidden'),
  });
  cleanups.push(server.close);
  await expect(readDeprecatedApis(server.connect())).rejects.toMatchObject({ status: 403 });
});

it('a label is what it is, whatever is in it', () => {
  const odd = `${metric}{group="a\\",version=\\"x",version="v1",resource="\u001bthings"} 1`;
  expect(parseDeprecatedApi(odd)).toMatchObject({ version: 'v1', plural: 'things', removedRelease: null });
  expect(parseDeprecatedApi('something else')).toBeUndefined();
});
