import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cacheDirectory } from '@pilothouse/control-plane';
import { installDebianPackages, mayInstallPackages, missingDebianPackages } from '@pilothouse/start/debian';

/** The release of Debian that has a `mysql-server-core`. */
const suite = 'sid';

/**
 * The folder of a small Debian with a MySQL, which tests start in a chroot; unpacked where it is missing (some minutes,
 * once on a machine). Or the reason, a sentence for a person, why there is none.
 */
export function prepareMySql(): { root: string } | { reason: string } {
  if (!mayInstallPackages()) return { reason: 'A MySQL beside MariaDB needs Debian and root.' };
  const root = join(cacheDirectory(), `mysql-${suite}`);
  if (existsSync(root)) return { root };
  try {
    if (missingDebianPackages(['debootstrap']).length > 0) installDebianPackages(['debootstrap']);
  } catch (error) {
    return { reason: `A MySQL needs debootstrap. ${(error as Error).message}` };
  }
  console.log('Unpacking a Debian with a MySQL');
  mkdirSync(dirname(root), { recursive: true });
  const unfinished = mkdtempSync(`${root}-unfinished-`);
  const { status, stdout } = spawnSync(
    'debootstrap',
    ['--variant=minbase', '--include=mysql-server-core', suite, unfinished, ...mirror()],
    { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
  );
  if (status !== 0) {
    rmSync(unfinished, { recursive: true, force: true });
    return { reason: `debootstrap could not unpack a MySQL: ${stdout.trim().split('\n').at(-1) ?? ''}` };
  }
  rmSync(join(unfinished, 'var/cache/apt'), { recursive: true, force: true });
  renameSync(unfinished, root);
  return { root };
}

/** Where this machine has its Debian from; nothing where it does not say: debootstrap knows one then. */
function mirror(): string[] {
  const format = ['indextargets', '--format', '$(REPO_URI)', 'Created-By: Packages'];
  const { stdout } = spawnSync('apt-get', format, { encoding: 'utf8' });
  const repositories = stdout?.split('\n') ?? [];
  return repositories.filter((uri) => /\/debian\/?$/.test(uri)).slice(0, 1);
}
