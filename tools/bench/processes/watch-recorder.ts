import { readContext } from '@pilothouse/kube';
import { Agent, request } from 'undici';
import { serve } from '../src/helper.ts';

const recorded: Buffer[] = [];
let events = 0;
/** Of `JSON.parse`, event by event, in milliseconds. */
const parseMs: number[] = [];
let begun = '';

/** Records a watch of all pods as it comes over the wire, and reads it with `JSON.parse`. */
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
      const lines = (begun + chunk.toString('utf8')).split('\n');
      begun = lines.pop() ?? '';
      for (const line of lines) parseMs.push(timeOf(() => parse(line)));
      events += lines.length;
    });
  },
  events: (): number => events,
  /**
   * Time of `JSON.parse` alone: of each event as it came, and of all of them one after the other afterwards, when
   * nothing else happens in between.
   */
  parsed(): { seconds: number; atOnceSeconds: number; events: number; bytes: number } {
    const text = Buffer.concat(recorded);
    const lines = text.toString('utf8').split('\n').slice(0, -1);
    const atOnceMs = timeOf(() => lines.forEach(parse));
    return {
      seconds: withoutInterruptions(parseMs) / 1000,
      atOnceSeconds: atOnceMs / 1000,
      events,
      bytes: text.length,
    };
  },
};
export type WatchRecorder = typeof commands;

function parse(line: string): void {
  if ((JSON.parse(line) as { object?: unknown }).object === undefined) throw new Error('this is no event');
}

/** In milliseconds; the kernel's account of processor time is too coarse for one event. */
function timeOf(work: () => void): number {
  const begunAt = performance.now();
  work();
  return performance.now() - begunAt;
}

/** What so many pieces of work take together if the slowest twentieth, where others were let run, are as the rest. */
function withoutInterruptions(times: number[]): number {
  const quiet = times.toSorted((a, b) => a - b).slice(0, Math.ceil(times.length * 0.95));
  return (quiet.reduce((sum, time) => sum + time, 0) / quiet.length) * times.length;
}

serve(commands);
