import { fileURLToPath } from 'node:url';
import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vite';
import { compressed } from './vite-compressed.ts';
import { initialSize } from './vite-initial-size.ts';
import { preload } from './vite-preload.ts';
import { sharedStyles } from './vite-shared-styles.ts';

/** In development the API runs beside Vite; `tools/start --dev` says where. */
const api = `http://127.0.0.1:${process.env['PILOTHOUSE_PORT'] ?? '8800'}`;

const ui = /node_modules.(ant-design-vue|@ant-design)/;
/** What neither the login page nor a list draws. */
const notAtFirst =
  /ant-design-vue.es.(vc-)?(auto-complete|collapse|date-picker|descriptions|input-number|picker|radio|segmented|slider|steps|switch|table|tabs|tree)\b/;

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  plugins: [vue(), sharedStyles(), preload(['ui', 'app']), initialSize({ limitKiB: 350 }), compressed()],
  server: {
    host: '127.0.0.1',
    port: Number(process.env['PILOTHOUSE_DEV_PORT'] ?? 8801),
    strictPort: true,
    proxy: { '/api': { target: api, ws: true } },
  },
  build: {
    target: 'es2022',
    // Every chunk carries a hash; the API serves them immutable.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1500,
    reportCompressedSize: false,
    // Few larger files: without this a list asks for 141, each with a round trip of its own.
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: 'initial', tags: ['$initial'] },
            { name: 'yaml', test: /node_modules.(yaml|js-yaml)|kinds.src.(yaml|document)/ },
            { name: 'ui', test: (id) => ui.test(id) && !notAtFirst.test(id), minShareCount: 3 },
            { name: 'ui-more', test: ui, minShareCount: 3 },
            { name: 'app', test: /apps.web.src|packages.(kinds|contract)/, minShareCount: 4 },
          ],
        },
      },
    },
  },
});
