import { createGunzip, gzipSync } from 'node:zlib';
import { pipeline } from 'node:stream/promises';
import { Readable } from 'node:stream';
import { KubeError, type OpenApiDocument } from '@pilothouse/kube';
import type { Request, Response } from 'express';
import { AppError } from '../../http/app-error.ts';
import type { ClusterRegistry } from '../../clusters/cluster-registry.ts';

/** Of what a cluster does not serve: no types. Whoever types a version asks for many that there are not. */
const emptyDocument: OpenApiDocument = { gzip: gzipSync('{}'), etag: undefined };

/** Reads a cluster's OpenAPI document; an empty one where it serves none. Throws `notFound` or KubeError. */
export async function readOpenApi(
  registry: ClusterRegistry,
  { cluster, group, version }: { cluster: string; group: string; version: string },
  signal: AbortSignal,
): Promise<OpenApiDocument> {
  const handle = registry.get(cluster);
  if (handle === undefined) throw new AppError('notFound');
  try {
    return await handle.openApi.get(group, version, { signal });
  } catch (error) {
    if (error instanceof KubeError && error.is(404)) return emptyDocument;
    throw error;
  }
}

/** Sends it as it is kept, compressed, to whoever takes that; every browser does. */
export async function sendOpenApi({ gzip }: OpenApiDocument, req: Request, res: Response): Promise<void> {
  res.type('application/json').vary('Accept-Encoding');
  if (req.acceptsEncodings('gzip') === false) return pipeline(Readable.from([gzip]), createGunzip(), res);
  res.set('Content-Encoding', 'gzip').end(gzip);
}
