import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  createReadStream,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createConnection, createServer } from 'node:net';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { mariaDbProgram } from './lib/mariadb-program.mjs';
import { commandLineOf, isRunning, ownIdentity, spawnChild, startOf, stopProcess } from './lib/processes.mjs';
import { StartError } from './lib/start-error.mjs';

const database = 'pilothouse';
const stopGraceMs = 4000;
const startMs = 60_000;

/**
 * @typedef {object} PrivateMariaDb
 * @property {string} url `mysql://…@127.0.0.1:…/pilothouse`; its user may make more databases called `pilothouse_…`
 * @property {number} pid
 * @property {string} version
 * @property {Promise<void>} exited settles when the server is gone
 * @property {() => Promise<void>} stop
 */

/**
 * Starts a MariaDB of our own: one folder, loopback only, by default a new port and random password at each start. Mends what a killed
 * run left: a half-made data folder is made again, a server nobody owns any more is stopped first.
 * @param {object} options
 * @param {string} options.folder everything it keeps lives here
 * @param {string} [options.url] the address it had before and shall have again
 * @param {readonly string[]} [options.extraArguments] more options for mariadbd
 * @param {(message: string) => void} [options.onProgress]
 * @returns {Promise<PrivateMariaDb>}
 * @throws {StartError} no MariaDB to be had, or the folder is in use by a living process
 */
export async function startPrivateMariaDb({
  folder,
  url: wantedUrl,
  extraArguments = [],
  onProgress = () => {},
}) {
  const place = placeOf(folder);
  const program = mariaDbProgram(onProgress);
  mkdirSync(place.folder, { recursive: true, mode: 0o700 });
  mkdirSync(temporaryFolder(place.data), { recursive: true, mode: 0o700 });
  await stopOrphan(place);
  await makeDataFolder(place, program, onProgress);

  const url = wantedUrl ?? newUrl(await freePort());
  const { port, password } = new URL(url);
  writeFileSync(place.initFile, accountsSql(password), { mode: 0o600 });
  if (existsSync(place.log)) renameSync(place.log, `${place.log}.1`);
  const child = spawnChild(
    program.path,
    [
      ...commonArguments(place.data),
      `--port=${port}`,
      '--bind-address=127.0.0.1',
      '--skip-name-resolve',
      `--socket=${place.socket}`,
      `--pid-file=${place.pidFile}`,
      `--init-file=${place.initFile}`,
      `--log-error=${place.log}`,
      '--character-set-server=utf8mb4',
      '--collation-server=utf8mb4_unicode_ci',
      '--default-time-zone=+00:00',
      '--max-allowed-packet=64M',
      ...extraArguments,
    ],
    { stdio: 'ignore', cwd: place.folder },
  );
  const { pid } = child;
  if (pid === undefined) throw new StartError(`${program.path} could not be started.`);
  writeFileSync(place.access, JSON.stringify({ pid, url, owner: ownIdentity() }), { mode: 0o600 });
  const exited = new Promise((settle) => child.once('exit', () => settle(undefined)));
  child.unref();

  const ready = await Promise.race([greets(Number(port)).then(() => true), exited.then(() => false)]);
  rmSync(place.initFile, { force: true });
  if (!ready) throw new StartError(`MariaDB did not start: ${lastError(place.log)} (${place.log})`);
  return {
    url,
    pid,
    version: program.version,
    exited,
    async stop() {
      await stopProcess(pid, { graceMs: stopGraceMs });
      rmSync(place.access, { force: true });
    },
  };
}

/**
 * The private MariaDB of a data folder for a short piece of work: the one that runs, or one started for it.
 * @template T
 * @param {{ folder: string, onProgress?: (message: string) => void }} options
 * @param {(url: string) => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withPrivateMariaDb({ folder, onProgress }, work) {
  const access = readAccess(placeOf(folder));
  if (access !== undefined && isRunning(access.owner) && startOf(access.pid) !== undefined) {
    return work(access.url);
  }
  const server = await startPrivateMariaDb({ folder, ...(onProgress === undefined ? {} : { onProgress }) });
  try {
    return await work(server.url);
  } finally {
    await server.stop();
  }
}

/** @typedef {ReturnType<typeof placeOf>} Place */

/** @param {string} given */
function placeOf(given) {
  const folder = resolve(given);
  return {
    folder,
    data: join(folder, 'data'),
    unfinished: join(folder, 'data.unfinished'),
    // The server runs in the folder: a relative name stays below the 107 bytes a socket's name may have
    socket: 'mariadb.sock',
    pidFile: join(folder, 'mariadbd.pid'),
    initFile: join(folder, 'init.sql'),
    log: join(folder, 'error.log'),
    access: join(folder, 'access.json'),
  };
}

/**
 * @param {Place} place
 * @returns {{ pid: number, url: string, owner: import('./lib/processes.mjs').ProcessIdentity } | undefined}
 */
function readAccess(place) {
  try {
    return JSON.parse(readFileSync(place.access, 'utf8'));
  } catch {
    return undefined;
  }
}

/** @param {Place} place */
async function stopOrphan(place) {
  const access = readAccess(place);
  if (access === undefined) return;
  const ours = commandLineOf(access.pid).some((argument) => argument.includes(`--datadir=${place.data}`));
  if (ours && isRunning(access.owner)) {
    throw new StartError(
      `The database in ${place.folder} is in use by process ${access.owner.pid}. Stop that first.`,
    );
  }
  if (ours) await stopProcess(access.pid, { graceMs: stopGraceMs });
  rmSync(place.access, { force: true });
}

/**
 * @param {string} data the data folder, made or being made
 * @returns {string}
 */
function temporaryFolder(data) {
  return join(dirname(data), 'tmp');
}

/** @param {string} data */
function commonArguments(data) {
  return [
    '--no-defaults',
    // a server that starts empties its folder for temporary tables: never one shared with others
    `--tmpdir=${temporaryFolder(data)}`,
    `--datadir=${data}`,
    ...(process.getuid?.() === 0 ? ['--user=root'] : []),
    // Kernel AIO is scarce: a handful of servers on one machine use it up
    '--innodb-use-native-aio=OFF',
    '--innodb-log-file-size=32M',
    '--skip-log-bin',
    '--performance-schema=OFF',
  ];
}

/**
 * Made beside and renamed when whole, so that a data folder either is complete or is not there.
 * @param {Place} place
 * @param {import('./lib/mariadb-program.mjs').MariaDbProgram} program
 * @param {(message: string) => void} onProgress
 */
async function makeDataFolder(place, program, onProgress) {
  rmSync(place.unfinished, { recursive: true, force: true });
  if (existsSync(place.data)) return;
  onProgress('making a new database');
  mkdirSync(place.unfinished, { mode: 0o700 });
  const child = spawn(
    program.path,
    [...commonArguments(place.unfinished), '--bootstrap', '--log-warnings=0', '--max-allowed-packet=8M'],
    { stdio: ['pipe', 'ignore', 'pipe'] },
  );
  let output = '';
  child.stderr.setEncoding('utf8').on('data', (text) => (output += text));
  const exited = new Promise((settle) => child.once('close', settle));
  // A server that gave up closes its input; its exit code tells
  child.stdin.on('error', () => {});
  // As mariadb-install-db does, which on Debian needs a package more
  child.stdin.write('create database if not exists mysql;\nuse mysql;\nSET @auth_root_socket=NULL;\n');
  for (const file of program.systemTables) {
    for await (const part of createReadStream(file)) child.stdin.write(part);
  }
  child.stdin.end();
  if ((await exited) !== 0)
    throw new StartError(`A new database could not be made: ${output.trim().slice(-500)}`);
  renameSync(place.unfinished, place.data);
}

/**
 * Run by the server at each start, before it lets anybody in; a statement per line.
 * @param {string} password
 */
function accountsSql(password) {
  const user = `'${database}'@'127.0.0.1'`;
  return [
    "DELETE FROM mysql.global_priv WHERE User IN ('root', '');",
    'FLUSH PRIVILEGES;',
    `CREATE DATABASE IF NOT EXISTS \`${database}\` CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;`,
    `CREATE OR REPLACE USER ${user} IDENTIFIED BY '${password}';`,
    `GRANT ALL ON \`${database}\`.* TO ${user};`,
    `GRANT ALL ON \`${database}\\_%\`.* TO ${user};`,
    '',
  ].join('\n');
}

/** @param {number} port */
function newUrl(port) {
  return `mysql://${database}:${randomBytes(24).toString('base64url')}@127.0.0.1:${port}/${database}`;
}

/** @returns {Promise<number>} */
function freePort() {
  return new Promise((settle, fail) => {
    const server = createServer();
    server.once('error', fail);
    server.listen(0, '127.0.0.1', () => {
      const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
      server.close(() => settle(port));
    });
  });
}

/**
 * Waits for the handshake packet: the port listens earlier than the server answers.
 * @param {number} port
 */
async function greets(port) {
  const deadline = Date.now() + startMs;
  while (!(await greeting(port))) {
    if (Date.now() > deadline) throw new StartError(`MariaDB did not answer within ${startMs / 1000} s.`);
    await sleep(50);
  }
}

/**
 * @param {number} port
 * @returns {Promise<boolean>}
 */
function greeting(port) {
  return new Promise((settle) => {
    const socket = createConnection({ host: '127.0.0.1', port });
    socket.setTimeout(5000, () => socket.destroy());
    socket.once('data', () => {
      settle(true);
      socket.destroy();
    });
    socket.once('error', () => settle(false));
    socket.once('close', () => settle(false));
  });
}

/** @param {string} log */
function lastError(log) {
  try {
    const lines = readFileSync(log, 'utf8').trim().split('\n');
    const reason = lines.findLast((line) => line.includes('[ERROR]') && !line.endsWith('Aborting'));
    return (reason ?? lines.at(-1) ?? '').replace(/^.*\[ERROR\] /, '');
  } catch {
    return 'it wrote no log';
  }
}
