import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createConnection, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const relay = fileURLToPath(new URL('./relay.mjs', import.meta.url));

/**
 * A network of the browser's own in which nothing but the product can be reached. Chromium drops its connections
 * whenever an interface of its machine comes or goes (ERR_NETWORK_CHANGED), which a cluster's pods make happen all the
 * time; and here the line between browser and product can be cut.
 */
export interface BrowserNetwork {
  /** To be run in Chromium's place. */
  executable: string;
  /** Breaks all connections and lets none through until `mend`. */
  cut: () => void;
  mend: () => void;
  close: () => Promise<void>;
}

/** Makes the network; needs root, `unshare` and `ip`. The product may restart, on the same port. */
export async function openBrowserNetwork(chromium: string, port: number): Promise<BrowserNetwork> {
  const folder = await mkdtemp(join(tmpdir(), 'pilothouse-browser-'));
  const socketPath = join(folder, 'product.sock');
  const lines = new Set<Socket>();
  let isCut = false;
  const server = createServer((inside) => {
    if (isCut) {
      inside.destroy();
      return;
    }
    const outside = createConnection({ host: '127.0.0.1', port });
    for (const [from, to] of [
      [inside, outside],
      [outside, inside],
    ] as const) {
      lines.add(from);
      from.pipe(to);
      from.on('error', () => to.destroy());
      from.on('close', () => {
        lines.delete(from);
        to.destroy();
      });
    }
  });
  await new Promise<void>((settle) => server.listen(socketPath, settle));

  const executable = join(folder, 'chromium');
  const inside = [
    'ip link set lo up',
    // Ends with the shell, which becomes Chromium
    `setpriv --pdeathsig KILL '${process.execPath}' '${relay}' ${port} '${socketPath}' &`,
    `exec '${chromium}' "$@"`,
  ].join('\n');
  await writeFile(
    executable,
    `#!/bin/sh\nexec unshare --net sh -c '${inside.replaceAll("'", `'\\''`)}' chromium "$@"\n`,
  );
  await chmod(executable, 0o700);
  return {
    executable,
    cut() {
      isCut = true;
      for (const line of lines) line.destroy();
    },
    mend() {
      isCut = false;
    },
    async close() {
      for (const line of lines) line.destroy();
      server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
