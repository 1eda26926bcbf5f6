import type { CompressionOptions } from 'compression';
import { constants } from 'node:zlib';

/**
 * How answers are compressed. Brotli's own window is of 4 MB: so much memory for each answer has the whole heap collected
 * for every few of them. One of 256 kB holds any page, comes to as many bytes, and takes half the processor time.
 */
export const compressionOptions: CompressionOptions = {
  brotli: { params: { [constants.BROTLI_PARAM_QUALITY]: 4, [constants.BROTLI_PARAM_LGWIN]: 18 } },
};
