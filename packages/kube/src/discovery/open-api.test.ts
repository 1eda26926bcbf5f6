import { randomBytes } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { sendJson, sendStatus, startFakeApiserver } from '../testing/fake-apiserver.ts';
import { OpenApiDocuments } from './open-api.ts';

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

async function documents(answers: Record<string, { body: unknown; headers?: Record<string, string> }>) {
  const bodies: string[] = [];
  const server = await startFakeApiserver({
    handle: (request, response, { pathname }) => {
      const answer = answers[pathname];
      const etag = answer?.headers?.etag;
      if (answer === undefined) sendStatus(response, 404, 'NotFound');
      else if (etag !== undefined && request.headers['if-none-match'] === etag)
        response.writeHead(304, { etag }).end();
      else {
        bodies.push(pathname);
        sendJson(response, answer.body, 200, answer.headers);
      }
    },
  });
  cleanups.push(server.close);
  return { bodies, documents: new OpenApiDocuments(server.connect()) };
}

const noise = (bytes: number) => ({ noise: randomBytes(bytes).toString('base64') });

describe('OpenApiDocuments', () => {
  it('reads a document once for as long as it stays the same', async () => {
    const answers = {
      '/openapi/v3/apis/apps/v1': { body: { openapi: '3.0.0' }, headers: { etag: '"a"' } },
      '/openapi/v3/api/v1': { body: { openapi: '3.0.1' }, headers: { etag: '"core"' } },
    };
    const { bodies, documents: kept } = await documents(answers);
    const read = async (group: string) =>
      JSON.parse(gunzipSync((await kept.get(group, 'v1')).gzip).toString());
    expect(await read('apps')).toEqual({ openapi: '3.0.0' });
    expect(await read('apps')).toEqual({ openapi: '3.0.0' });
    expect(await read('core')).toEqual({ openapi: '3.0.1' });
    expect(bodies).toHaveLength(2);
    answers['/openapi/v3/apis/apps/v1'] = { body: { openapi: 'new' }, headers: { etag: '"b"' } };
    expect(await read('apps')).toEqual({ openapi: 'new' });
  });

  it('keeps no more than a few megabytes, the last used', async () => {
    const answers = Object.fromEntries(
      ['v1', 'v2', 'v3', 'v4'].map((version) => [
        `/openapi/v3/apis/x.io/${version}`,
        { body: noise(1024 * 1024), headers: { etag: `"${version}"` } },
      ]),
    );
    const { bodies, documents: kept } = await documents(answers);
    for (const version of ['v1', 'v2', 'v3', 'v1', 'v4', 'v1']) await kept.get('x.io', version);
    expect(kept.keptBytes).toBeLessThanOrEqual(4 * 1024 * 1024);
    expect(bodies).toHaveLength(4);
    await kept.get('x.io', 'v2');
    expect(bodies).toHaveLength(5);
  });

  it.each<[string, { body: unknown; headers?: Record<string, string> } | undefined, object]>([
    ['is not there', undefined, { reason: 'api', status: 404 }],
    ['is no JSON', { body: '', headers: { 'content-type': 'text/html' } }, { reason: 'notAnApiserver' }],
    ['is too large', { body: noise(13 * 1024 * 1024) }, { reason: 'tooLarge' }],
  ])('fails by name where the document %s', async (_what, answer, error) => {
    const { documents: kept } = await documents(answer ? { '/openapi/v3/apis/x.io/v1': answer } : {});
    await expect(kept.get('x.io', 'v1')).rejects.toMatchObject(error);
  });

  it.each(['../x', 'x/y', 'X', '%2e'])('lets no name become a path: %s', async (group) => {
    const { bodies, documents: kept } = await documents({});
    await expect(kept.get(group, 'v1')).rejects.toMatchObject({ reason: 'invalidName' });
    await expect(kept.get('x.io', group)).rejects.toMatchObject({ reason: 'invalidName' });
    expect(bodies).toEqual([]);
  });
});
