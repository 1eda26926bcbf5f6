import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { KeyRing, MasterKey } from './key-ring.ts';

/** Where a secret lives; it opens nowhere else. */
export interface SecretPlace {
  table: string;
  rowId: string;
  column: string;
}

const cipher = 'aes-256-gcm';
const format = 1;
const nonceBytes = 12;
const tagBytes = 16;
const keyBytes = 32;
const idBytes = 8;

/** Format, id of the master key, and the data key wrapped by it: all that a change of the master key touches. */
export const sealHeadBytes = 1 + idBytes + nonceBytes + keyBytes + tagBytes;
/** What the master key's id takes within the head, counted from 0. */
export const sealKeyId = { from: 1, bytes: idBytes };

/**
 * Seals secrets at rest: AES-256-GCM with a new data key for each value, wrapped by the master key. Table, row, column
 * and the master key's id are authenticated with it, so a value copied to another row, or flipped, does not open.
 */
export class SecretBox {
  readonly #keys: KeyRing;

  constructor(keys: KeyRing) {
    this.#keys = keys;
  }

  /** The bytes to store. */
  seal(
    table: string,
    rowId: string,
    column: string,
    plaintext: Uint8Array | string,
  ): Uint8Array<ArrayBuffer> {
    const place = { table, rowId, column };
    const dataKey = randomBytes(keyBytes);
    const head = wrap(this.#keys.current(), place, dataKey);
    const body = encrypt(dataKey, label(place), Buffer.from(plaintext));
    return Uint8Array.from(Buffer.concat([head, body]));
  }

  /** Throws when the value is not what was sealed for this place, or its master key is gone. */
  open(table: string, rowId: string, column: string, sealed: Uint8Array): Buffer {
    const place = { table, rowId, column };
    const bytes = Buffer.from(sealed);
    return decrypt(this.#unwrap(place, bytes), label(place), bytes.subarray(sealHeadBytes), place);
  }

  /** The head of a sealed value under the current master key. */
  rewrap(place: SecretPlace, head: Uint8Array): Buffer {
    return wrap(this.#keys.current(), place, this.#unwrap(place, Buffer.from(head)));
  }

  #unwrap(place: SecretPlace, sealed: Buffer): Buffer {
    if (sealed[0] !== format || sealed.length < sealHeadBytes) throw new Error(broken(place));
    const id = sealed.subarray(sealKeyId.from, sealKeyId.from + sealKeyId.bytes).toString('hex');
    const master = this.#keys.find(id);
    if (master === undefined) throw new Error(`${broken(place)}: the master key ${id} is not known`);
    const wrapped = sealed.subarray(sealKeyId.from + sealKeyId.bytes, sealHeadBytes);
    return decrypt(master.bytes, label(place, id), wrapped, place);
  }
}

function wrap(master: MasterKey, place: SecretPlace, dataKey: Buffer): Buffer {
  const start = Buffer.concat([Buffer.of(format), Buffer.from(master.id, 'hex')]);
  return Buffer.concat([start, encrypt(master.bytes, label(place, master.id), dataKey)]);
}

/** No separator can be moved between the parts. */
function label({ table, rowId, column }: SecretPlace, keyId = ''): Buffer {
  return Buffer.from(JSON.stringify([format, table, rowId, column, keyId]));
}

function encrypt(key: Buffer, aad: Buffer, plaintext: Buffer): Buffer {
  const nonce = randomBytes(nonceBytes);
  const encryption = createCipheriv(cipher, key, nonce).setAAD(aad);
  const encrypted = Buffer.concat([encryption.update(plaintext), encryption.final()]);
  return Buffer.concat([nonce, encrypted, encryption.getAuthTag()]);
}

function decrypt(key: Buffer, aad: Buffer, bytes: Buffer, place: SecretPlace): Buffer {
  try {
    const nonce = bytes.subarray(0, nonceBytes);
    const decryption = createDecipheriv(cipher, key, nonce, { authTagLength: tagBytes })
      .setAAD(aad)
      .setAuthTag(bytes.subarray(-tagBytes));
    return Buffer.concat([decryption.update(bytes.subarray(nonceBytes, -tagBytes)), decryption.final()]);
  } catch (error) {
    throw new Error(broken(place), { cause: error });
  }
}

function broken({ table, rowId, column }: SecretPlace): string {
  return `${table}.${column} of ${rowId} cannot be decrypted`;
}
