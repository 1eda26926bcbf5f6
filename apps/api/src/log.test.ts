import { expect, test } from 'vitest';
import { createDatabase } from './db/database.ts';
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
