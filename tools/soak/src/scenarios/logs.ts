import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { LineProxy, type LocalCluster } from '@pilothouse/control-plane';
import { registerCluster } from '@pilothouse/e2e/support/clusters';
import { waitUntil } from '@pilothouse/e2e/support/processes';
import { namespace, runPods } from '../parts/soak-pods.ts';
import { LogReader } from '../parts/log-reader.ts';
import { NumberedLines, sumOf, writerScript } from '../parts/numbered-lines.ts';
import { atMost, must, none, outcomeOf, type Scenario } from '../scenario.ts';

interface Size {
  pods: number;
  linesPerSecond: number;
  seconds: number;
  /** The kubelet rotates a container's log that is larger. */
  rotateAt: string;
  /** What it takes from now until all pods are Ready. */
  startSeconds: number;
}

/** In which a platform finds out that the apiserver is back, and reads all logs again. */
const reconnectSeconds = 10;

export const logs: Scenario<Size> = {
  name: 'logs',
  title:
    'Following, over one socket, pods of the real node that write numbered lines, while the apiserver is killed and started again, logs rotate and the browser’s connection is cut twice',
  realNode: true,
  sizes: {
    full: { pods: 100, linesPerSecond: 20, seconds: 300, rotateAt: '200Ki', startSeconds: 150 },
    middle: { pods: 30, linesPerSecond: 20, seconds: 90, rotateAt: '64Ki', startSeconds: 50 },
    small: { pods: 5, linesPerSecond: 20, seconds: 20, rotateAt: '16Ki', startSeconds: 20 },
  },
  async run(world, size) {
    const cluster = await world.cluster({ realNode: true, containerLogMaxSize: size.rotateAt });
    const platform = await world.platform();
    await registerCluster(await platform.admin(), 'talking', cluster.kubeconfig);
    const proxy = await LineProxy.before(platform.url);
    world.onClose(() => proxy.close());

    const startAt = Math.round(Date.now() / 1000) + size.startSeconds;
    const script = writerScript({ perSecond: size.linesPerSecond, seconds: size.seconds, startAt });
    const names = Array.from({ length: size.pods }, (_, index) => `writer-${index + 1}`);
    await runPods(cluster, Object.fromEntries(names.map((name) => [name, script])));
    if (Date.now() / 1000 > startAt)
      world.say('the pods took so long that the first lines are read from the log');

    const lines = new Map(names.map((name) => [name, new NumberedLines()]));
    const reader = await LogReader.open({
      platform,
      request: { purpose: 'logs', cluster: 'talking', namespace, labelSelector: 'app=soak' },
      through: `http://127.0.0.1:${proxy.port}`,
      lines,
    });
    world.onClose(() => reader.close());

    const until = async (part: number) => {
      const milliseconds = (startAt + size.seconds * part) * 1000 - Date.now();
      await sleep(Math.max(0, milliseconds), undefined, { signal: world.signal });
    };
    await until(0.2);
    world.say('cutting the browser’s connection');
    proxy.cut();
    await until(0.4);
    world.say('killing the apiserver');
    const killed = Date.now();
    await cluster.killApiServer();
    await sleep(3000, undefined, { signal: world.signal });
    await cluster.startApiServer();
    const away = (Date.now() - killed) / 1000;
    await until(0.7);
    world.say('cutting the browser’s connection again');
    proxy.cut();
    await until(1);

    const written = size.linesPerSecond * size.seconds;
    const complete = () => [...lines.values()].every((numbers) => numbers.last === written);
    const ended = await waitUntil('the last lines', complete, 60_000).then(
      () => true,
      () => false,
    );
    const tallies = [...lines.values()].map((numbers) => numbers.tally(written));
    const sum = sumOf(tallies);
    const rotations = await rotatedLogs(cluster);
    return outcomeOf([
      { what: 'pods', measured: String(size.pods) },
      { what: 'lines written', measured: String(written * size.pods) },
      { what: 'lines received', measured: String(sum.received) },
      must('logs were rotated', rotations >= size.pods, `${rotations} times`),
      must('the browser’s socket was lost twice', reader.lost === 2, String(reader.lost)),
      { what: 'the apiserver was away for', measured: `${Math.round(away)} s` },
      atMost(
        'lines that the platform said may be lost: the kubelet gives no more than the file it writes to',
        sum.reported,
        Math.round((away + reconnectSeconds) * size.linesPerSecond * size.pods),
      ),
      none('lines lost without a word', sum.missing),
      none('lines that came twice', sum.doubled),
      none('lines that came after a later one', sum.disordered),
      must('nothing else was said', reader.complaints.length === 0, reader.complaints[0] ?? 'yes'),
      must('the last line of every pod has come', ended),
    ]);
  },
};

/** A rotated log lies beside the current one, with a time in its name. */
async function rotatedLogs(cluster: LocalCluster): Promise<number> {
  const files = await readdir(join(cluster.directory, 'logs', 'pods'), { recursive: true });
  return files.filter((file) => file.startsWith(`${namespace}_`) && /\/\d+\.log\.\d{8}/.test(file)).length;
}
