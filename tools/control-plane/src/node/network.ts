import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../run.ts';

/** The bridge on which a node's pods hang. */
export interface PodNetwork {
  bridge: string;
  /** Of the pods, e.g. 10.244.7.0/24. */
  subnet: string;
}

interface Link {
  ifname: string;
  address: string;
}

/** libcni keeps its results here, whatever the container runtime's own folders are. */
const cniResults = '/var/lib/cni/results';

const networkNameOf = (id: string) => `pilothouse-${id}`;

/** A locally administered MAC address made of the cluster's id: the mark by which its bridge is found again. */
const macOf = (id: string) => `02:${id.match(/../g)?.join(':')}`;

/**
 * Makes a bridge of its own for a node and writes the CNI configuration into `cniDirectory`.
 *
 * The bridge's name reserves the subnet and its MAC address says whose it is: both come with the one call that makes it, so clusters
 * that start at the same moment, and ones that die in the middle of it, leave nothing unclear.
 */
export async function createPodNetwork(id: string, cniDirectory: string): Promise<PodNetwork> {
  const routed = await run('ip', ['-o', 'addr']);
  for (let number = 1; number < 255; number += 1) {
    if (routed.includes(` 10.244.${number}.`)) continue;
    const bridge = `pilothouse${number}`;
    const add = ['link', 'add', 'name', bridge, 'address', macOf(id), 'type', 'bridge'];
    try {
      await run('ip', add);
    } catch (error) {
      if (!String(error).includes('File exists')) throw error;
      continue;
    }
    await run('ip', ['addr', 'add', `10.244.${number}.1/24`, 'dev', bridge]);
    await run('ip', ['link', 'set', bridge, 'up']);
    const network = { bridge, subnet: `10.244.${number}.0/24` };
    await writeCniConfig(id, cniDirectory, network);
    return network;
  }
  throw new Error('All of 10.244.1.0/24 to 10.244.254.0/24 are in use on this machine.');
}

/** Removes a cluster's bridges and what CNI remembers of its pods. */
export async function removePodNetwork(id: string): Promise<void> {
  for (const bridge of await bridgesOf(id)) await run('ip', ['link', 'delete', bridge]);
  const results = await readdir(cniResults).catch(() => []);
  for (const file of results) {
    if (file.startsWith(`${networkNameOf(id)}-`)) await rm(join(cniResults, file), { force: true });
  }
}

async function bridgesOf(id: string): Promise<string[]> {
  const links = JSON.parse((await run('ip', ['-j', 'link', 'show', 'type', 'bridge'])) || '[]');
  return (links as Link[]).filter((link) => link.address === macOf(id)).map((link) => link.ifname);
}

async function writeCniConfig(id: string, directory: string, network: PodNetwork): Promise<void> {
  await mkdir(directory, { recursive: true });
  const config = {
    cniVersion: '1.0.0',
    name: networkNameOf(id),
    plugins: [
      {
        type: 'bridge',
        bridge: network.bridge,
        isGateway: true,
        ipMasq: false,
        ipam: {
          type: 'host-local',
          dataDir: join(directory, 'addresses'),
          ranges: [[{ subnet: network.subnet }]],
        },
      },
    ],
  };
  await writeFile(join(directory, '10-pilothouse.conflist'), JSON.stringify(config, undefined, 2));
}
