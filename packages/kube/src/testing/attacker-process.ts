/** A process of hostile servers: what they do costs the process under test neither time nor memory. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { attacks } from './attacks.ts';
import { startFakeApiserver, type FakeApiserver } from './fake-apiserver.ts';

/** What this process is told: to start a server, what to say of one, or how late its own turns came since it said so. */
export type ToAttacker = { id: number } & ({ start: string } | { ask: number } | { lateness: true });
/** What it answers. */
export type FromAttacker = { id: number; error?: string; answer?: unknown };

const servers: FakeApiserver[] = [];
const delay = monitorEventLoopDelay({ resolution: 5 });
delay.enable();

process.on('disconnect', () => process.exit());
process.on('message', (message: ToAttacker) => {
  answer(message).then(
    (value) => process.send?.({ id: message.id, answer: value }),
    (error: unknown) => process.send?.({ id: message.id, error: String(error) }),
  );
});

async function answer(message: ToAttacker): Promise<unknown> {
  if ('start' in message) {
    const attack = attacks[message.start];
    if (!attack) throw new Error(`no attack is called ${message.start}`);
    const server = await startFakeApiserver(attack());
    return { server: servers.push(server) - 1, credential: server.credential };
  }
  if ('lateness' in message) {
    const p99Ms = delay.percentile(99) / 1e6;
    delay.reset();
    return p99Ms;
  }
  const { requests, connections, openSockets } = servers[message.ask] as FakeApiserver;
  return { requests, connections, openSockets };
}
