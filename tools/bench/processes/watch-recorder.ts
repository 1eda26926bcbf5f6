import { readContext } from '@pilothouse/kube';
import { Agent, request } from 'undici';
import { serve } from '../src/helper.ts';

const recorded: Buffer[] = [];
let events = 0;

/** Reads a watch of all pods as it comes over the wire, line by line. */
const commands = {
  /** Begins; resolves when the watch runs. Each line is read with `JSON.parse` when it comes, or is only counted. */
  async record({ kubeconfig, parses }: { kubeconfig: string; parses: boolean }): Promise<void> {
    const { server, caPem, certPem, keyPem } = readContext(kubeconfig, undefined, { allowInsecure: false });
    const dispatcher = new Agent({
      connect: { ca: caPem ?? '', cert: certPem ?? '', key: keyPem ?? '' },
      bodyTimeout: 0,
    });
    const get = async (query: string) =>
      (await request(`${server}/api/v1/pods?${query}`, { dispatcher })).body;
    const list = (await (await get('limit=1')).json()) as { metadata: { resourceVersion: string } };
    const watch = async (from: string): Promise<void> => {
      const body = await get(`watch=true&resourceVersion=${from}`);
      let [begun, last] = ['', ''];
      body.on('data', (chunk: Buffer) => {
        recorded.push(chunk);
        const lines = (begun + chunk.toString('utf8')).split('\n');
        begun = lines.pop() ?? '';
        last = lines.at(-1) ?? last;
        if (parses) lines.forEach(parse);
        events += lines.length;
      });
      // an apiserver ends the watch of whoever is slow for a moment
      body.once('end', () => void watch(versionOf(last) ?? from));
    };
    await watch(list.metadata.resourceVersion);
  },
  events: (): number => events,
  /** Processor time of the whole process so far. */
  cpuSeconds: (): number => cpuSeconds(),
  /** Reads all of them once more, one after the other, when nothing else happens in between. */
  parseAtOnce(): { cpuSeconds: number; events: number; bytes: number } {
    const text = Buffer.concat(recorded);
    const lines = text.toString('utf8').split('\n').slice(0, -1);
    const before = cpuSeconds();
    lines.forEach(parse);
    return { cpuSeconds: cpuSeconds() - before, events, bytes: text.length };
  },
};
export type WatchRecorder = typeof commands;

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

function parse(line: string): { object: { metadata: { resourceVersion: string } } } {
  const event = JSON.parse(line) as Partial<ReturnType<typeof parse>>;
  if (event.object === undefined) throw new Error('this is no event');
  return { object: event.object };
}

function versionOf(line: string): string | undefined {
  return line === '' ? undefined : parse(line).object.metadata.resourceVersion;
}

serve(commands);
