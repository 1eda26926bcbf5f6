import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import path from 'node:path';

/**
 * Writes the Prisma client into db/generated. The generator itself needs no engine, but the CLI downloads the schema
 * engine unless it is told of an executable: this process's own does, it is never run.
 */
const require = createRequire(import.meta.url);
const prisma = path.join(path.dirname(require.resolve('prisma/package.json')), 'build/index.js');
const { status, error } = spawnSync(process.execPath, [prisma, 'generate'], {
  cwd: path.join(import.meta.dirname, '../..'),
  env: { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, CHECKPOINT_DISABLE: '1' },
  stdio: ['ignore', 'inherit', 'inherit'],
});
if (error) throw error;
process.exitCode = status ?? 1;
