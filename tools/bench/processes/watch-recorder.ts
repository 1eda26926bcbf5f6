import { readContext } from '@pilothouse/kube';
import { Agent, request } from 'undici';
import { serve } from '../src/helper.ts';

const recorded: Buffer[] = [];
let lines = 0;

/** Records a watch of all pods as it comes over the wire, to read it with JSON.parse afterwards. */
const commands = {
  /** Begins; resolves when the watch runs. */
  async record(kubeconfig: string): Promise<void> {
    const { server, caPem, certPem, keyPem } = readContext(kubeconfig, undefined, { allowInsecure: false });
    const dispatcher = new Agent({
      connect: { ca: caPem ?? '', cert: certPem ?? '', key: keyPem ?? '' },
      bodyTimeout: 0,
    });
    const get = async (query: string) =>
      (await request(`${server}/api/v1/pods?${query}`, { dispatcher })).body;
    const list = (await (await get('limit=1')).json()) as { metadata: { resourceVersion: string } };
    const body = await get(`watch=true&resourceVersion=${list.metadata.resourceVersion}`);
    body.on('data', (chunk: Buffer) => {
      recorded.push(chunk);
      for (const byte of chunk) if (byte === 10) lines += 1;
    });
  },
  events: (): number => lines,
  /** Reads what was recorded with JSON.parse and nothing else; returns the processor time of it. */
  parse(): { cpuSeconds: number; events: number; bytes: number } {
    const text = Buffer.concat(recorded).toString('utf8').split('\n');
    text.pop();
    const begun = process.cpuUsage();
    let events = 0;
    for (const line of text) if ((JSON.parse(line) as { object?: unknown }).object !== undefined) events += 1;
    const { user, system } = process.cpuUsage(begun);
    return {
      cpuSeconds: (user + system) / 1e6,
      events,
      bytes: recorded.reduce((total, { length }) => total + length, 0),
    };
  },
};
export type WatchRecorder = typeof commands;

serve(commands);
