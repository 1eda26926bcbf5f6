import compression from 'compression';
import type { RequestHandler } from 'express';
import { constants } from 'node:zlib';

/**
 * Compresses answers. Brotli's own window is of 4 MB: so much memory for each answer has the whole heap collected for
 * every few of them. One of 256 kB holds any page, comes to as many bytes, and takes half the processor time.
 */
export function compressAnswers(): RequestHandler {
  const { BROTLI_PARAM_QUALITY, BROTLI_PARAM_LGWIN } = constants;
  return compression({ brotli: { params: { [BROTLI_PARAM_QUALITY]: 4, [BROTLI_PARAM_LGWIN]: 18 } } });
}
