import type { Prisma } from '../db/database.ts';
import type { SecretBox } from '../db/secret-box.ts';

type Table = 'operations' | 'operation_items';

interface InputColumns {
  input?: Prisma.InputJsonValue;
  sealedInput?: Uint8Array<ArrayBuffer>;
}

/** What operations and their items are given, as it lies in their rows: readable, or sealed where it may hold secrets. */
export class StoredInputs {
  readonly #secrets: SecretBox;

  constructor(secrets: SecretBox) {
    this.#secrets = secrets;
  }

  columnsOf(table: Table, id: string, input: unknown, sealed: boolean): InputColumns {
    if (!sealed) return { input: input as Prisma.InputJsonValue };
    return { sealedInput: this.#secrets.seal(table, id, 'sealed_input', JSON.stringify(input)) };
  }

  /** Throws where it has been erased. */
  read(table: Table, row: { id: string; input: unknown; sealedInput: Uint8Array | null }): unknown {
    if (row.sealedInput !== null) {
      return JSON.parse(this.#secrets.open(table, row.id, 'sealed_input', row.sealedInput).toString('utf8'));
    }
    if (row.input === null) throw new Error(`The input of ${row.id} in ${table} has been erased`);
    return row.input;
  }
}
