import { once } from 'node:events';
import { subscribe } from 'node:diagnostics_channel';
import { appendFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { flushCompileCache } from 'node:module';
import { readConfig } from '../../../config.ts';
import { Container } from '../../../container.ts';
import type { Queries } from '../../../db/database.ts';
import { notedWrites } from './noted-writes.ts';

/** What a {@link killedAt} process is told to begin with. */
export interface Orders {
  /** Steps after which a process was killed already; null: it is not to be killed at all. */
  survived: string[] | null;
}

/**
 * The platform as a process of its own, which is killed right after the first step that none was killed after before: a
 * transaction that is committed, or a write that a cluster has answered and that nobody has taken note of yet. Between two
 * of them nothing changes that is kept. It writes the step down in the file of its first argument.
 */
const journal = process.argv[2] ?? '';
let survived: Set<string> | null = null;

/** Of an operation or of what it is about; not of leases that are renewed, sessions, probes and the like. */
const ofInterest =
  /^((UPDATE|INSERT INTO|DELETE FROM) (operations|operation_items|reconcile_units) (?!SET (updated_at|lease_until) =)|(instance|application|projectNamespace|treeNode|grant|cronJob|registryCredential|reconcileUnit|reconciledObject|operationItem|operation)[A-Za-z]*\.)/;

function killedAfter(steps: readonly string[]): void {
  const before = survived;
  if (before === null) return;
  const fresh = steps.filter((step) => !before.has(step));
  if (fresh.length === 0) return;
  appendFileSync(journal, fresh.map((step) => `${step}\n`).join(''));
  process.kill(process.pid, 'SIGKILL');
}

subscribe('undici:request:headers', (message) => {
  const { method, path } = (message as { request: { method: string; path: string } }).request;
  const [place = '', query = ''] = path.split('?');
  if (method === 'GET' || !place.includes('/namespaces/') || query.includes('dryRun')) return;
  // of many of a kind the first says it for all
  killedAfter([`${method} ${place.replace(/(\/namespaces\/[^/]+\/[^/]+)\/.+$/, '$1')}`]);
});

const started = once(process, 'message') as Promise<[Orders]>;
process.on('message', (orders: Orders) => {
  survived = orders.survived && new Set(orders.survived);
});
process.on('disconnect', () => process.exit());
// whoever is killed does not leave it to the next by itself
flushCompileCache();
process.send?.('standing by');
await started;

const container = new Container(readConfig());
const { transaction } = container.database;
Object.assign(container.database, {
  transaction: async <T>(work: (queries: Queries) => Promise<T>): Promise<T> => {
    let steps: string[] = [];
    const result = await transaction((queries) => {
      steps = [];
      return work(notedWrites(queries, (write) => steps.push(write)));
    });
    killedAfter(steps.filter((step) => ofInterest.test(step)));
    return result;
  },
});
await container.prepare();
const server = createServer(container.app).listen(0, '127.0.0.1');
await once(server, 'listening');
await container.run(server);
