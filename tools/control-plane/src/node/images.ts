import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { pack, type Header } from 'tar-stream';
import { run } from '../run.ts';

/** The image of the demo landscape and of shells: every applet of busybox. */
export const busyboxImage = 'localhost/busybox:1';

/** What holds a pod's namespaces. */
export const pauseImage = 'localhost/pause:1';

type Entry = [Partial<Header> & { name: string }, (Buffer | string)?];

/** Writes both images to `path` in the format of `docker save`. */
export async function writeImages(busybox: string, path: string): Promise<void> {
  const program = await readFile(busybox);
  const applets = (await run(busybox, ['--list'])).trim().split('\n');
  const layer = await tar([
    ...['bin/', 'etc/', 'root/', 'home/', 'home/app/', 'var/', 'var/www/'].map((name): Entry => [
      { name, type: 'directory', mode: 0o755 },
    ]),
    [{ name: 'tmp/', type: 'directory', mode: 0o1777 }],
    [{ name: 'bin/busybox', mode: 0o755 }, program],
    ...applets
      .filter((name) => name !== 'busybox')
      .map((name): Entry => [{ name: `bin/${name}`, type: 'symlink', linkname: 'busybox' }]),
    [{ name: 'etc/passwd' }, 'root:x:0:0:root:/root:/bin/sh\napp:x:1000:1000::/home/app:/bin/sh\n'],
    [{ name: 'etc/group' }, 'root:x:0:\napp:x:1000:\n'],
  ]);
  const config = JSON.stringify({
    architecture: process.arch === 'x64' ? 'amd64' : process.arch,
    os: 'linux',
    config: { Env: ['PATH=/bin'], Cmd: ['sh'], WorkingDir: '/' },
    rootfs: { type: 'layers', diff_ids: [`sha256:${sha256(layer)}`] },
  });
  // the kernel kills it when the pod ends: nothing has to be handed on
  const pauseConfig = JSON.stringify({
    ...(JSON.parse(config) as object),
    config: { Env: ['PATH=/bin'], Entrypoint: ['sleep', '2147483647'], WorkingDir: '/' },
  });
  const manifest = JSON.stringify([
    { Config: `${sha256(config)}.json`, RepoTags: [busyboxImage], Layers: ['layer.tar'] },
    { Config: `${sha256(pauseConfig)}.json`, RepoTags: [pauseImage], Layers: ['layer.tar'] },
  ]);
  const archive = await tar([
    [{ name: 'layer.tar' }, layer],
    [{ name: `${sha256(config)}.json` }, config],
    [{ name: `${sha256(pauseConfig)}.json` }, pauseConfig],
    [{ name: 'manifest.json' }, manifest],
  ]);
  await writeFile(path, archive);
}

function tar(entries: readonly Entry[]): Promise<Buffer> {
  const packer = pack();
  // one point in time, so that the same busybox gives the same image
  for (const [header, content = ''] of entries) {
    packer.entry({ mtime: new Date(0), ...header }, content);
  }
  packer.finalize();
  return buffer(packer);
}

const sha256 = (content: Buffer | string) => createHash('sha256').update(content).digest('hex');
