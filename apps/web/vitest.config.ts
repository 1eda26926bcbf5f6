import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  plugins: [vue()],
  test: {
    name: 'web',
    environment: 'happy-dom',
    include: ['src/**/*.test.ts'],
    // for a machine that is busy with other things
    testTimeout: 20_000,
    expect: { poll: { timeout: 10_000 } },
    // left alone it keeps a core for itself
    maxWorkers: '100%',
    isolate: false,
    setupFiles: ['src/app/testing/fresh-file.ts'],
  },
});
