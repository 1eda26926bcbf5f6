import { createGunzip } from 'node:zlib';
import { pipeline } from 'node:stream/promises';
import { Readable } from 'node:stream';
import { KubeError, type OpenApiDocument } from '@pilothouse/kube';
import type { Request, Response } from 'express';
import { AppError } from '../../http/app-error.ts';
import type { ClusterRegistry } from '../../clusters/cluster-registry.ts';

/** Reads a cluster's OpenAPI document. Throws `notFound`, `noOpenApi`, or KubeError. */
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
    const none = error instanceof KubeError && error.status === 404;
    throw none ? new AppError('noOpenApi', { group, version }, undefined, { cause: error }) : error;
  }
}

/** Sends it as it is kept, compressed, to whoever takes that; every browser does. */
export async function sendOpenApi({ gzip }: OpenApiDocument, req: Request, res: Response): Promise<void> {
  res.type('application/json').vary('Accept-Encoding');
  if (req.acceptsEncodings('gzip') === false) return pipeline(Readable.from([gzip]), createGunzip(), res);
  res.set('Content-Encoding', 'gzip').end(gzip);
}
