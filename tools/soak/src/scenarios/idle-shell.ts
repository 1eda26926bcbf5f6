import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';
import { LineProxy } from '@pilothouse/control-plane';
import { registerCluster } from '@pilothouse/e2e/support/clusters';
import { namespace, runPods } from '../parts/soak-pods.ts';
import { Shell } from '../parts/shell.ts';
import { must, outcomeOf, type Scenario } from '../scenario.ts';

interface Size {
  idleSeconds: number;
  /** The proxies cut what is silent for so long. */
  silenceSeconds: number;
  /** Instead of the product's own. */
  pingSeconds?: number;
}

const idle = 'trap exit TERM; while :; do sleep 3600 & wait $!; done';
const answerMs = 5000;

export const idleShell: Scenario<Size> = {
  name: 'idle-shell',
  title:
    'A shell that nobody uses, between two proxies that cut silent connections: browser to platform, platform to apiserver',
  realNode: true,
  waits: true,
  sizes: {
    full: { idleSeconds: 1800, silenceSeconds: 60 },
    middle: { idleSeconds: 150, silenceSeconds: 60 },
    small: { idleSeconds: 15, silenceSeconds: 3, pingSeconds: 1 },
  },
  async run(world, { idleSeconds, silenceSeconds, pingSeconds }) {
    const cluster = await world.cluster({ realNode: true });
    await runPods(cluster, { shell: idle });
    const settings = { PILOTHOUSE_PING_SECONDS: String(pingSeconds ?? '') };
    const platform = await world.platform(settings);

    const silenceMs = silenceSeconds * 1000;
    const near = await LineProxy.before(platform.url, { silenceMs });
    world.onClose(() => near.close());
    const far = await LineProxy.before(cluster.server, { silenceMs });
    world.onClose(() => far.close());
    const kubeconfig = cluster.kubeconfig.replaceAll(cluster.server, `https://127.0.0.1:${far.port}`);
    await registerCluster(await platform.admin(), 'far', kubeconfig);

    const place = { cluster: 'far', namespace, pod: 'shell', container: 'main' };
    const shell = await Shell.open(platform, place, `http://127.0.0.1:${near.port}`);
    world.onClose(() => shell.close());
    const before = await shell.answers('left=here; echo $((40+2))', '42', answerMs);

    world.say(`the shell is idle for ${idleSeconds} s`);
    const controls = [
      cutWithin(near, connect(near.port, '127.0.0.1'), silenceMs * 2),
      cutWithin(far, await askedOnce(far.port), silenceMs * 2),
    ];
    await sleep(idleSeconds * 1000, undefined, { signal: world.signal });
    const printed = shell.screen.length;
    const after = await shell.answers('echo "still $left $((40+3))"', 'still here 43', answerMs);
    const [nearControl = false, farControl = false] = await Promise.all(controls);
    return outcomeOf([
      { what: 'idle for', measured: `${idleSeconds} s` },
      { what: 'proxies cut what is silent for', measured: `${silenceSeconds} s` },
      must('the shell answered at first', before),
      must('a connection that nobody pings was cut between browser and platform', nearControl),
      must('and between platform and apiserver', farControl),
      must('the same shell answers afterwards', after, after ? 'yes' : `no: ${shell.screen.slice(printed)}`),
    ]);
  },
};

/** Whether the proxy really cuts: a connection that says nothing has to be gone. */
function cutWithin(proxy: LineProxy, socket: Socket, milliseconds: number): Promise<boolean> {
  const before = proxy.silenced;
  socket.on('error', () => undefined);
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      socket.destroy();
      resolve(false);
    }, milliseconds);
    socket.once('close', () => {
      clearTimeout(timer);
      resolve(proxy.silenced > before);
    });
  });
}

/** A connection on which an apiserver has answered: it keeps that for 90 s, one on which nothing was asked for less. */
async function askedOnce(port: number): Promise<Socket> {
  const socket = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false });
  socket.write('GET /version HTTP/1.1\r\nhost: localhost\r\n\r\n');
  await once(socket, 'data');
  return socket.resume();
}
