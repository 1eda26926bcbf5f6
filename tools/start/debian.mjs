import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { StartError } from './lib/start-error.mjs';

/** May this process install Debian packages? */
export function mayInstallPackages() {
  return process.getuid?.() === 0 && existsSync('/etc/debian_version') && existsSync('/usr/bin/apt-get');
}

/**
 * @param {readonly string[]} packages
 * @returns {string[]} those that are not installed
 */
export function missingDebianPackages(packages) {
  return packages.filter((name) => {
    const query = spawnSync('dpkg-query', ['--show', '--showformat=${db:Status-Status}', name], {
      encoding: 'utf8',
    });
    return query.stdout !== 'installed';
  });
}

/**
 * @param {readonly string[]} packages
 * @throws {StartError} with apt-get's last word
 */
export function installDebianPackages(packages) {
  const install = () => aptGet('install', '--no-install-recommends', ...packages);
  if (install().status === 0) return;
  // A fresh machine has no package lists
  aptGet('update');
  const second = install();
  if (second.status !== 0) {
    const reason = second.stderr.trim().split('\n').at(-1) ?? '';
    throw new StartError(`apt-get could not install ${packages.join(' ')}: ${reason}`);
  }
}

/** @param {readonly string[]} args */
function aptGet(...args) {
  return spawnSync('apt-get', ['-q', '-y', ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
}
