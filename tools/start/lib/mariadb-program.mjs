import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { installDebianPackages, mayInstallPackages } from '../debian.mjs';
import { StartError } from './start-error.mjs';

const oldest = [10, 11];

/**
 * @typedef {object} MariaDbProgram
 * @property {string} path of mariadbd
 * @property {string} version
 * @property {string[]} systemTables SQL files that make a new data folder, in order
 */

/** @param {string} path */
function versionOf(path) {
  const { stdout } = spawnSync(path, ['--no-defaults', '--version'], { encoding: 'utf8' });
  return stdout?.match(/Ver (\d+\.\d+\.\d+)-MariaDB/)?.[1];
}

/** @param {string} version */
function isRecent(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return (
    major > /** @type {number} */ (oldest[0]) ||
    (major === oldest[0] && minor >= /** @type {number} */ (oldest[1]))
  );
}

/** @param {string} path */
function systemTablesOf(path) {
  const help = spawnSync(path, ['--no-defaults', '--help', '--verbose'], { encoding: 'utf8' }).stdout;
  const charsets = help.match(/^character-sets-dir\s+(\S.*)$/m)?.[1];
  const share = charsets === undefined ? '/usr/share/mysql' : dirname(charsets.trim().replace(/\/$/, ''));
  // Renamed in MariaDB 11
  for (const prefix of ['mariadb', 'mysql']) {
    const files = ['system_tables', 'performance_tables', 'system_tables_data'].map((name) =>
      join(share, `${prefix}_${name}.sql`),
    );
    if (files.every((file) => existsSync(file))) return files;
  }
  return undefined;
}

/** @returns {MariaDbProgram | undefined} */
function find() {
  const folders = [
    ...(process.env.PATH ?? '').split(delimiter),
    '/usr/sbin',
    '/usr/local/sbin',
    '/usr/libexec',
  ];
  for (const folder of folders.filter(Boolean)) {
    for (const name of ['mariadbd', 'mysqld']) {
      const path = join(folder, name);
      if (!existsSync(path)) continue;
      const version = versionOf(path);
      if (version === undefined || !isRecent(version)) continue;
      const systemTables = systemTablesOf(path);
      if (systemTables !== undefined) return { path, version, systemTables };
    }
  }
  return undefined;
}

/**
 * The MariaDB server program of this machine; installed where that is possible.
 * @param {(message: string) => void} onProgress
 * @returns {MariaDbProgram}
 * @throws {StartError} where there is none to be had
 */
export function mariaDbProgram(onProgress) {
  const present = find();
  if (present !== undefined) return present;
  const wanted = `MariaDB ${oldest.join('.')} or newer`;
  if (!mayInstallPackages()) {
    throw new StartError(
      `No ${wanted} on this machine. Install its server (Debian: apt-get install mariadb-server-core), ` +
        'or set DATABASE_URL=mysql://user:password@host:3306/database to use one that runs elsewhere.',
    );
  }
  onProgress('installing mariadb-server-core');
  installDebianPackages(['mariadb-server-core']);
  const installed = find();
  if (installed === undefined) {
    throw new StartError(
      `The packaged MariaDB is older than ${oldest.join('.')}. Set DATABASE_URL to use another.`,
    );
  }
  return installed;
}
