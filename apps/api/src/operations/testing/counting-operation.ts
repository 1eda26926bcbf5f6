import { appendFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { Database } from '../../db/database.ts';
import type { AuditLog } from '../../http/audit.ts';
import type { OperationHandler, OperationRequest } from '../operation-handler.ts';
import { Operations } from '../operations.ts';
import { OperationsRepository } from '../operations.repository.ts';

export const countingKind = 'test.count';

interface Input {
  /** Each item appends `<pid> <n>` when it begins. */
  journal: string;
  /** Milliseconds an item takes. */
  itemMs: number;
}
interface Item {
  n: number;
}

/** Items that leave a trace of every run, and say in their result which process ended them. */
export function countingHandler(
  change: Partial<OperationHandler<Input, Item>> = {},
): OperationHandler<Input, Item> {
  return {
    input: z.strictObject({ journal: z.string(), itemMs: z.number() }),
    item: z.strictObject({ n: z.number() }),
    requirements: () => [],
    audit: () => null,
    async run({ operation, item, signal }) {
      await appendFile(operation.input.journal, `${process.pid} ${item.n}\n`);
      await sleep(operation.input.itemMs, undefined, { signal });
      return { state: 'succeeded', code: 'done', params: { pid: process.pid } };
    },
    ...change,
  };
}

export function countingRequest(input: Input, items: number): OperationRequest<Input, Item> {
  return {
    kind: countingKind,
    input,
    items: Array.from({ length: items }, (_item, n) => ({ target: `item ${n}`, input: { n } })),
    actor: { userId: null, username: 'platform', address: '' },
    cluster: null,
  };
}

/** For kinds whose items have no audit row. */
export const noAudit: AuditLog = {
  begin: () => Promise.reject(new Error('nothing is audited here')),
  record: () => Promise.resolve(),
};

/** A runner whose leases are short, so that tests need not wait for 15 s. */
export function countingOperations(
  database: Database,
  handler = countingHandler(),
  options: Partial<ConstructorParameters<typeof Operations>[0]> = {},
): { operations: Operations; repository: OperationsRepository } {
  const repository = new OperationsRepository(database);
  const operations = new Operations({
    database,
    repository,
    audit: noAudit,
    authoriser: { require: () => Promise.resolve('all') },
    onError: (error) => process.stderr.write(`${String(error)}\n`),
    times: { leaseMs: 1500, renewMs: 400 },
    pollMs: 100,
    ...options,
  });
  operations.register(countingKind, handler);
  return { operations, repository };
}
