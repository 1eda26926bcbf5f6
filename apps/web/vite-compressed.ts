import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import type { Plugin } from 'vite';

/** Puts beside each text of the build what is sent of it, so that the server need not compress it for every visitor. */
export function compressed(): Plugin {
  return {
    name: 'compressed',
    apply: 'build',
    generateBundle: {
      order: 'post',
      handler(_options, bundle) {
        for (const output of Object.values(bundle)) {
          if (!/\.(js|css)$/.test(output.fileName)) continue;
          const source = Buffer.from(output.type === 'chunk' ? output.code : output.source);
          const brotli = brotliCompressSync(source, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } });
          for (const [ending, bytes] of Object.entries({ br: brotli, gz: gzipSync(source) }))
            this.emitFile({ type: 'asset', fileName: `${output.fileName}.${ending}`, source: bytes });
        }
      },
    },
  };
}
