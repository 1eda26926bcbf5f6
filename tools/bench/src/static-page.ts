import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Tab } from '../../../e2e/support/browser.ts';

/** A page without any program: it asks for so many bytes in so many answers at once, and shows `#done` when they are there. */
const html = `<!doctype html><title>bytes</title><script>
const sizes = new URL(location).searchParams.get('sizes').split(',');
Promise.all(sizes.map((size, index) => fetch('/bytes/' + size + '/' + index).then((answer) => answer.arrayBuffer()))).then(() => {
  document.body.innerHTML = '<p id="done">done</p>';
});
</script>`;

export interface StaticPages {
  port: number;
  /** The address of a page that loads answers of these sizes. */
  urlOf: (sizes: readonly number[]) => string;
  close: () => Promise<void>;
}

/** Serves pages of nothing but bytes. */
export async function serveStaticPages(): Promise<StaticPages> {
  const server = createServer((request, response) => {
    const size = /^\/bytes\/(\d+)\//.exec(request.url ?? '')?.[1];
    response.setHeader('cache-control', 'no-store');
    response.setHeader('content-type', size === undefined ? 'text/html' : 'application/octet-stream');
    response.end(size === undefined ? html : randomBytes(Number(size)));
  });
  await new Promise<void>((settle) => server.listen(0, '127.0.0.1', settle));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    urlOf: (sizes) => `http://127.0.0.1:${port}/?sizes=${sizes.join(',')}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((settle) => server.close(settle));
    },
  };
}

/** Bytes over the line of each answer while `work` is done, what came by WebSocket as one; what is cached is none. */
export async function bytesDuring(page: Tab['page'], work: () => Promise<unknown>): Promise<number[]> {
  const session = await page.context().newCDPSession(page);
  const sizes: number[] = [];
  let frames = 0;
  session.on('Network.loadingFinished', ({ encodedDataLength }) => {
    if (encodedDataLength > 0) sizes.push(encodedDataLength);
  });
  session.on('Network.webSocketFrameReceived', ({ response }) => {
    frames += response.payloadData.length;
  });
  await session.send('Network.enable');
  await work();
  await session.detach();
  return frames > 0 ? [...sizes, frames] : sizes;
}
