import { readFile, writeFile } from 'node:fs/promises';

const limitFile = '/proc/sys/fs/inotify/max_user_instances';
/** A kubelet with its containerd takes some dozens, one for each container whose log is followed on top; the usual limit is 128 for all. */
const enough = 1024;

/**
 * Raises the machine's limit of inotify instances where it is lower than several kubelets need ("too many open files"). It is a setting
 * of the whole machine and stays until its next start, so `say` is told.
 */
export async function raiseInotifyLimit(say: (message: string) => void, file = limitFile): Promise<void> {
  const limit = Number(await readFile(file, 'utf8'));
  if (limit >= enough) return;
  try {
    await writeFile(file, String(enough), { flag: 'r+' });
    say(`Raised fs.inotify.max_user_instances of this machine from ${limit} to ${enough}`);
  } catch {
    say(`Several real nodes may need more inotify instances: sysctl fs.inotify.max_user_instances=${enough}`);
  }
}
