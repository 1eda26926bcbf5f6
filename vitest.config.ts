import { defineConfig } from 'vitest/config';
import { isDriverAftermath } from './apps/api/src/db/driver-aftermath.ts';
import { platformNodeFlags } from './tools/start/node-flags.mjs';

const source = ['apps/api', 'packages/*', 'tools/*'];
/** Where other work may take the cores away, a test that fails is run once more, and the report says so ("retry x1"). */
const retry = process.env['CI'] ? 1 : 0;
const sharedClusters = 'tools/control-plane/src/vitest-global-setup.ts';
const sharedDatabase = 'apps/api/src/testing/database-template-setup.ts';

export default defineConfig({
  test: {
    // the product lets it pass as well: a test's database stops while a connection to it is being made
    onUnhandledError: (error) => !isDriverAftermath(error),
    projects: [
      {
        test: {
          name: 'unit',
          retry,
          include: source.map((folder) => `${folder}/**/*.test.ts`),
          exclude: ['**/*.{integration,hostile,machine}.test.ts', '**/node_modules/**'],
          // for a machine that is busy with other things
          testTimeout: 20_000,
          expect: { poll: { timeout: 10_000 } },
          // left alone it keeps a core for itself
          maxWorkers: '100%',
          // loading the code anew for each file took two thirds of the time: no file may leave anything behind
          isolate: false,
        },
      },
      {
        test: {
          name: 'hostile',
          retry,
          include: source.map((folder) => `${folder}/**/*.hostile.test.ts`),
          exclude: ['**/node_modules/**'],
          testTimeout: 60_000,
          expect: { poll: { timeout: 30_000 } },
          // it measures: nothing else runs beside it, and the process has the product's own flags
          fileParallelism: false,
          execArgv: platformNodeFlags,
        },
      },
      {
        test: {
          name: 'integration',
          retry,
          include: source.map((folder) => `${folder}/**/*.integration.test.ts`),
          exclude: ['**/node_modules/**'],
          globalSetup: [sharedClusters, sharedDatabase],
          testTimeout: 60_000,
          hookTimeout: 180_000,
          expect: { poll: { timeout: 30_000 } },
          maxWorkers: 2,
          isolate: false,
        },
      },
      {
        test: {
          // tests of the tools themselves; tools/check/src/machine-tier.ts knows when they are due
          name: 'machine',
          retry,
          include: [...source, 'e2e'].map((folder) => `${folder}/**/*.machine.test.ts`),
          exclude: ['**/node_modules/**'],
          globalSetup: [sharedClusters, sharedDatabase],
          testTimeout: 180_000,
          hookTimeout: 300_000,
          expect: { poll: { timeout: 30_000 } },
          maxWorkers: 2,
        },
      },
      {
        test: {
          // what reads and writes the database, once more on a MySQL
          name: 'mysql',
          retry,
          include: ['db', 'operations', 'audit', 'features/{audit,auth,grants,groups}'].map(
            (folder) => `apps/api/src/${folder}/**/*.integration.test.ts`,
          ),
          exclude: ['**/node_modules/**'],
          globalSetup: [sharedClusters, sharedDatabase],
          testTimeout: 60_000,
          hookTimeout: 180_000,
          expect: { poll: { timeout: 30_000 } },
          maxWorkers: 2,
          isolate: false,
        },
      },
      'apps/web/vitest.config.ts',
      {
        test: {
          name: 'e2e',
          retry,
          include: ['e2e/**/*.e2e.ts'],
          globalSetup: [sharedClusters],
          testTimeout: 180_000,
          hookTimeout: 300_000,
          expect: { poll: { timeout: 30_000 } },
          // each with a product, a browser and a cluster of its own, much of which is waiting
          maxWorkers: 2,
        },
      },
    ],
  },
});
