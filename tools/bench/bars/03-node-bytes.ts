import { gzipSync } from 'node:zlib';
import { fetchAllNodes } from '../src/all-nodes.ts';
import type { Bar } from '../src/bar.ts';
import { listPath, liveRows } from '../src/rows.ts';
import { formatNumber } from '../src/table.ts';

export const nodeBytes: Bar = {
  number: 3,
  title: 'bytes of all node rows, compressed as served',
  async run(world) {
    const [platform, main] = [await world.platform(), await world.main()];
    await liveRows(platform, listPath('main', 'nodes'));
    const { bytes } = await fetchAllNodes(platform, world.size.nodes);
    const raw = await main.kubectl('get', '--raw', '/api/v1/nodes');
    return [
      {
        what: `${world.size.nodes} node rows`,
        ours: bytes / 1000,
        reference: Buffer.byteLength(raw) / 1000,
        referenceWhat: 'GET /api/v1/nodes',
        unit: 'kB',
        limit: { of: 'ratio', most: 0.1 },
        note: `the reference is the plain body; gzip makes ${formatNumber(gzipSync(raw).length / 1000)} kB of it`,
      },
    ];
  },
};
