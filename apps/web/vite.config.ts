import { fileURLToPath } from 'node:url';
import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vite';
import { initialSize } from './vite-initial-size.ts';

/** In development the API runs beside Vite; `tools/start --dev` says where. */
const api = `http://127.0.0.1:${process.env['PILOTHOUSE_PORT'] ?? '8800'}`;

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  plugins: [vue(), initialSize({ limitKiB: 350 })],
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
            { name: 'ui', test: /node_modules.(ant-design-vue|@ant-design)/, minShareCount: 3 },
            { name: 'app', test: /apps.web.src|packages.(kinds|contract)/, minShareCount: 4 },
          ],
        },
      },
    },
  },
});
