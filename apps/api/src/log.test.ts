import { KubeError } from '@pilothouse/kube';
import { expect, test } from 'vitest';
import { createDatabase } from './db/database.ts';
import { AppError } from './http/app-error.ts';
import { createLogger } from './log.ts';

test('a bad call of the database is logged without the values it had, in one line', async () => {
  const { prisma } = createDatabase('mysql://nobody:secret@127.0.0.1:1/nowhere');
  const user = { id: 'x', displayName: 'canary\n}\n', passwordHash: 'canary', mustChangePassword: 'canary' };
  const error = await prisma.user.create({ data: user as never }).catch((reason: unknown) => reason);
  expect(String(error), 'it would leak').toContain('canary');

  let written = '';
  const log = createLogger('info', { write: (text) => void (written += text) });
  log.error({ err: new Error('outer', { cause: error }) });
  log.error({ err: error });
  expect(written.match(/\n/g)).toHaveLength(2);
  expect(written).not.toContain('canary');
  expect(written).toContain('Argument `username` is missing');
});

test('a cluster’s fault is logged as what it is, without where in the code it was met', () => {
  let written = '';
  const log = createLogger('info', { write: (text) => void (written += text) });
  const fault = new KubeError('timeout', 'No answer within 10 s', { cause: new Error('socket') });
  log.error({ err: fault });
  log.error({ err: new AppError('clusterUnreachable', { reason: 'timeout' }, undefined, { cause: fault }) });
  expect(written).not.toContain('stack');
  expect(written).not.toContain('.ts:');
  expect(written.match(/"reason":"timeout","message":"No answer within 10 s"/g)).toHaveLength(2);
});
