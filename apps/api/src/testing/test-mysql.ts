import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { setTimeout as sleep } from 'node:timers/promises';
import { spawnChild, startOf, stopProcess } from '@pilothouse/start/processes';
import { createConnection } from 'mysql2/promise';
import { freePort } from './free-port.ts';

/** A MySQL of its own, on loopback; its user may do everything. */
export interface TestMySql {
  url: string;
  pid: number;
  stop(): Promise<void>;
}

/** Starts the MySQL of a Debian that was unpacked into `root`, with new data; it dies with this process. */
export async function startTestMySql(root: string, timeZone: string): Promise<TestMySql> {
  const places = path.join(root, 'srv');
  await removeLeftovers(places);
  const folder = await mkdtemp(path.join(places, `${process.pid}-`));
  const inside = `/srv/${path.basename(folder)}`;
  const mysqld = [
    'mysqld',
    '--no-defaults',
    '--user=root',
    `--datadir=${inside}/data`,
    '--innodb-use-native-aio=OFF',
    '--innodb-redo-log-capacity=16M',
    '--skip-log-bin',
    '--performance-schema=OFF',
    '--secure-file-priv=NULL',
  ];
  await promisify(execFile)('chroot', [root, ...mysqld, '--initialize-insecure']);
  const password = randomBytes(24).toString('base64url');
  const accounts = [
    'DROP USER root@localhost;',
    `CREATE USER pilothouse@'127.0.0.1' IDENTIFIED BY '${password}';`,
    `GRANT ALL ON *.* TO pilothouse@'127.0.0.1';`,
  ];
  await writeFile(path.join(folder, 'accounts.sql'), `${accounts.join('\n')}\n`);
  const port = await freePort();
  const child = spawnChild(
    '/usr/sbin/chroot',
    [
      root,
      ...mysqld,
      `--port=${port}`,
      '--bind-address=127.0.0.1',
      '--mysqlx=OFF',
      `--socket=${inside}/mysql.sock`,
      `--pid-file=${inside}/mysqld.pid`,
      `--init-file=${inside}/accounts.sql`,
      `--log-error=${inside}/error.log`,
      `--default-time-zone=${timeZone}`,
      '--innodb-flush-log-at-trx-commit=0',
    ],
    { stdio: 'ignore' },
  );
  const { pid } = child;
  if (pid === undefined) throw new Error('chroot could not be started');
  child.unref();
  const url = `mysql://pilothouse:${password}@127.0.0.1:${port}/mysql`;
  const ended = once(child, 'exit').then(async () => {
    throw new Error(`MySQL did not start: ${await readFile(path.join(folder, 'error.log'), 'utf8')}`);
  });
  ended.catch(() => undefined);
  await Promise.race([answers(url), ended]);
  return {
    url,
    pid,
    async stop() {
      await stopProcess(pid, { graceMs: 10_000 });
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** What killed runs left: a folder is named by the process that it belongs to. */
async function removeLeftovers(places: string): Promise<void> {
  for (const name of await readdir(places)) {
    if (startOf(parseInt(name)) === undefined)
      await rm(path.join(places, name), { recursive: true, force: true });
  }
}

async function answers(url: string): Promise<void> {
  for (;;) {
    const connection = await createConnection(url).catch(() => undefined);
    if (connection !== undefined) return connection.end();
    await sleep(100);
  }
}
