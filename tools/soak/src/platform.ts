import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { endpoints, type TicketRequest } from '@pilothouse/contract';
import { changeFirstPassword, signInToApi, type ApiClient } from '@pilothouse/e2e/support/api';
import { processesOf } from '@pilothouse/e2e/support/processes';
import { startProduct } from '@pilothouse/e2e/support/product';

/** The product, running; a browser's and an operator's way to it. */
export interface Platform {
  url: string;
  /** Of the process that answers, not of the start script. */
  pid: number;
  /** The administrator, with a token that is good for some minutes more. */
  admin(): Promise<ApiClient>;
  /** What a socket is opened with, once. */
  ticketPath(request: TicketRequest): Promise<string>;
  /** A figure of `/metrics`. */
  metric(name: string): Promise<number>;
  /** Resident memory in MB (10⁶ bytes). */
  memory(): number;
  /** Seconds that its main thread has run so far, and that it waited for a core. */
  mainThread(): { ran: number; waited: number };
  stop(): Promise<void>;
}

const password = 'a long watch at sea 4';
/** A token lives for ten minutes. */
const tokenMs = 5 * 60_000;

/** Starts it on a free port, with the settings given; its administrator's password is changed as people have to. */
export async function startPlatform(settings: Record<string, string>): Promise<Platform> {
  const metricsToken = randomBytes(16).toString('hex');
  const product = await startProduct({
    settings: { PILOTHOUSE_METRICS_TOKEN: metricsToken, PILOTHOUSE_LOG_LEVEL: 'warn', ...settings },
  });
  const { url, dataFolder, firstPassword } = product;
  const first = { username: 'admin', first: firstPassword ?? '', next: password };
  let session = { api: await changeFirstPassword(url, first), at: Date.now() };
  const main = processesOf(dataFolder).find(({ command }) => command.endsWith('apps/api/src/main.ts'));
  if (main === undefined) throw new Error('the process of the platform was not found');

  const admin = async () => {
    if (Date.now() - session.at > tokenMs) {
      session = { api: await signInToApi(url, 'admin', password), at: Date.now() };
    }
    return session.api;
  };
  return {
    url,
    pid: main.pid,
    admin,
    async ticketPath(request) {
      return (await (await admin()).call(endpoints.createTicket, { body: request })).url;
    },
    async metric(name) {
      const headers = { authorization: `Bearer ${metricsToken}` };
      const text = await (await fetch(`${url}/metrics`, { headers })).text();
      const value = text.split('\n').find((line) => line.startsWith(`${name} `));
      if (value === undefined) throw new Error(`/metrics has no ${name}`);
      return Number(value.slice(name.length + 1));
    },
    memory() {
      const kib = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${main.pid}/status`, 'utf8'))?.[1];
      return (Number(kib) * 1024) / 1e6;
    },
    mainThread() {
      // sched-stats.rst: time on the cpu and on its queue, in nanoseconds
      const [ran = 0, waited = 0] = readFileSync(`/proc/${main.pid}/schedstat`, 'utf8').split(' ');
      return { ran: Number(ran) / 1e9, waited: Number(waited) / 1e9 };
    },
    stop: product.stop,
  };
}
