import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { appendFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { Database } from '../../db/database.ts';
import { fixedKeyRing, parseMasterKey } from '../../db/key-ring.ts';
import { SecretBox } from '../../db/secret-box.ts';
import type { AuditLog } from '../../http/audit.ts';
import type {
  ItemOutcome,
  ItemRun,
  NewItem,
  OperationHandler,
  OperationRequest,
} from '../operation-handler.ts';
import { Operations } from '../operations.ts';
import { OperationsRepository } from '../operations.repository.ts';
import { StoredInputs } from '../stored-inputs.ts';

export const countingKind = 'test.count';

const inputSchema = z.strictObject({
  /** Each item appends `<pid> <n>` when it begins. */
  journal: z.string(),
  /** Milliseconds an item takes. */
  itemMs: z.number(),
});
const itemSchema = z.strictObject({
  n: z.number(),
  /** Parts it finds as it goes: `<n>00`, `<n>01`, … */
  parts: z.number().optional(),
  /** Items it adds to the operation's end: 900, 901, … */
  more: z.number().optional(),
  /** A file it waits for, without a slot. */
  waitsFor: z.string().optional(),
});
export type CountingInput = z.output<typeof inputSchema>;
export type CountingItem = z.output<typeof itemSchema>;
export type CountingRun = ItemRun<CountingInput, CountingItem>;

export const numbered = (first: number, length: number): NewItem<CountingItem>[] =>
  Array.from({ length }, (_item, n) => ({ target: `item ${first + n}`, input: { n: first + n } }));

async function appears(file: string, signal: AbortSignal): Promise<void> {
  while (!existsSync(file)) await sleep(20, undefined, { signal });
}

/** Leaves a trace of every run, and says in its result which process ended it. */
export async function count(run: CountingRun): Promise<ItemOutcome> {
  const { operation, item, signal } = run;
  const { n, parts, more, waitsFor } = item;
  await appendFile(operation.input.journal, `${process.pid} ${n}\n`);
  if (more !== undefined) await run.add(numbered(900, more));
  if (waitsFor !== undefined) await run.wait(appears(waitsFor, signal));
  if (parts === undefined) await sleep(operation.input.itemMs, undefined, { signal });
  else await run.children(numbered(n * 100, parts), { concurrency: 2 });
  return { state: 'succeeded', code: 'done', params: { pid: process.pid } };
}

export function countingHandler(
  change: Partial<OperationHandler<CountingInput, CountingItem>> = {},
): OperationHandler<CountingInput, CountingItem> {
  return {
    input: inputSchema,
    item: itemSchema,
    requirements: () => [],
    audit: () => null,
    run: count,
    ...change,
  };
}

export function countingRequest(
  input: CountingInput,
  items: number | NewItem<CountingItem>[],
): OperationRequest<CountingInput, CountingItem> {
  return {
    kind: countingKind,
    input,
    items: typeof items === 'number' ? numbered(0, items) : items,
    actor: { userId: null, username: 'platform', address: '' },
    cluster: null,
  };
}

/** For kinds whose items have no audit row. */
export const noAudit: AuditLog = {
  begin: () => Promise.reject(new Error('nothing is audited here')),
  record: () => Promise.resolve(),
};

/** Sealed with the same key in every process of a test. */
export const testInputs = new StoredInputs(
  new SecretBox(
    fixedKeyRing([parseMasterKey('00112233445566778899aabbccddeeff0123456789abcdef0f1e2d3c4b5a6978')]),
  ),
);

/** A runner whose leases are short, so that tests need not wait for 15 s. */
export function countingOperations(
  database: Database,
  handler = countingHandler(),
  options: Partial<ConstructorParameters<typeof Operations>[0]> = {},
): { operations: Operations; repository: OperationsRepository } {
  const repository = new OperationsRepository(database, testInputs);
  const operations = new Operations({
    database,
    repository,
    inputs: testInputs,
    owner: `${process.pid}-${randomUUID()}`,
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
