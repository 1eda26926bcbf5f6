import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { commandLineOf } from './processes.mjs';
import { setting } from './project.mjs';
import { StartError } from './start-error.mjs';

/** Where the platform will listen; the platform itself checks all settings, this looks ahead. */
export function listenAddress() {
  const host = setting('PILOTHOUSE_HOST') ?? '127.0.0.1';
  const port = Number(setting('PILOTHOUSE_PORT') ?? 8800);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new StartError(
      `PILOTHOUSE_PORT must be a number from 0 to 65535, not ${setting('PILOTHOUSE_PORT')}.`,
    );
  }
  return { host, port };
}

/**
 * Says early what would only come out after minutes of installing.
 * @param {{ host: string, port: number }} address
 * @param {string} name the setting that changes it
 * @throws {StartError} the port is taken, or not for us
 */
export async function requireFreePort({ host, port }, name) {
  /** @type {string | undefined} */
  const code = await new Promise((settle) => {
    const server = createServer();
    server.once('error', (/** @type {NodeJS.ErrnoException} */ error) => settle(error.code));
    server.listen({ host, port, exclusive: true }, () => server.close(() => settle(undefined)));
  });
  if (code === undefined) return;
  if (code === 'EADDRINUSE') {
    const holder = holderOf(port);
    throw new StartError(
      `Port ${port} on ${host} is in use${holder === undefined ? '' : ` by ${holder}`}. ` +
        `Stop that, or choose another: ${name}=${port + 1} npm start`,
    );
  }
  if (code === 'EACCES')
    throw new StartError(`Port ${port} needs more rights than this user has. Set ${name}.`);
  throw new StartError(
    `The platform cannot listen on ${host}, port ${port} (${code}). Set PILOTHOUSE_HOST or ${name}.`,
  );
}

/**
 * @param {number} port
 * @returns {string | undefined} `process 12 (nginx -g daemon)`, where the system tells
 */
function holderOf(port) {
  const inodes = ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((table) => listeningInodes(table, port));
  if (inodes.length === 0) return undefined;
  const links = new Set(inodes.map((inode) => `socket:[${inode}]`));
  for (const pid of namesIn('/proc').filter((name) => /^\d+$/.test(name))) {
    if (namesIn(`/proc/${pid}/fd`).some((fd) => links.has(linkOf(`/proc/${pid}/fd/${fd}`)))) {
      return `process ${pid} (${commandLineOf(Number(pid)).join(' ').slice(0, 80)})`;
    }
  }
  return undefined;
}

/**
 * @param {string} table proc_net_tcp(5): local address is field 1, state field 3 (0A listens), inode field 9
 * @param {number} port
 */
function listeningInodes(table, port) {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  try {
    return readFileSync(table, 'utf8')
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      .filter((fields) => fields[1]?.endsWith(suffix) && fields[3] === '0A')
      .map((fields) => fields[9]);
  } catch {
    return [];
  }
}

/** @param {string} folder */
function namesIn(folder) {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** @param {string} path */
function linkOf(path) {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}
