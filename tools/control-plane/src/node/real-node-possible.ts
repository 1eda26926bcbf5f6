import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../run.ts';
import { missingControllers } from './cgroups.ts';
import { findCommand, missingPackages } from './packages.ts';

/** Bits of linux/capability.h. */
const neededCapabilities = { CAP_NET_ADMIN: 12n, CAP_SYS_CHROOT: 18n, CAP_SYS_ADMIN: 21n };

/** Whether this machine can run real containers; the reason is a sentence for a person. Changes nothing, installs nothing. */
export async function realNodePossible(): Promise<{ ok: true } | { ok: false; reason: string }> {
  const reason = await findReason();
  return reason === undefined ? { ok: true } : { ok: false, reason };
}

async function findReason(): Promise<string | undefined> {
  if (process.platform !== 'linux') return 'Real containers need Linux.';
  if (process.getuid?.() !== 0) return 'Real containers need root.';
  const capabilities = missingCapabilities();
  if (capabilities.length > 0) return `This root lacks ${capabilities.join(', ')}.`;
  if (!rootIsMounted()) {
    return 'The root folder is no mount point, and runc needs one: bind-mount the folder onto itself before the chroot.';
  }
  if (!existsSync('/sys/fs/cgroup')) return 'No cgroups are mounted on /sys/fs/cgroup.';
  const controllers = missingControllers();
  if (controllers.length > 0) return `The cgroup controllers ${controllers.join(', ')} are missing.`;
  if (!(await canMakeCgroup())) return 'The cgroups of this machine can not be changed.';
  const packages = await missingPackages();
  if (packages.length > 0 && !(await findCommand('apt-get'))) {
    return `Please install ${packages.join(', ')}.`;
  }
  if (!packages.includes('iproute2') && !(await canMakeBridge())) {
    return 'No network bridge can be made on this machine.';
  }
  return undefined;
}

/** False in a bare chroot. */
function rootIsMounted(): boolean {
  const mounts = readFileSync('/proc/self/mounts', 'utf8').split('\n');
  return mounts.some((line) => line.split(' ')[1] === '/');
}

function missingCapabilities(): string[] {
  const status = readFileSync('/proc/self/status', 'utf8');
  const effective = BigInt(`0x${/^CapEff:\s*(\w+)/m.exec(status)?.[1] ?? '0'}`);
  return Object.entries(neededCapabilities)
    .filter(([, bit]) => (effective & (1n << bit)) === 0n)
    .map(([name]) => name);
}

async function canMakeCgroup(): Promise<boolean> {
  const mounts = readFileSync('/proc/mounts', 'utf8').split('\n');
  const cgroup = mounts.map((line) => line.split(' ')).find(([, , type]) => type?.startsWith('cgroup'));
  try {
    await rmdir(await mkdtemp(join(cgroup?.[1] ?? '/sys/fs/cgroup', 'pilothouse-probe-')));
    return true;
  } catch {
    return false;
  }
}

async function canMakeBridge(): Promise<boolean> {
  const probe = `phprobe${randomBytes(4).toString('hex')}`;
  try {
    await run('ip', ['link', 'add', 'name', probe, 'type', 'bridge']);
    await run('ip', ['link', 'delete', probe]);
    return true;
  } catch {
    return false;
  }
}
