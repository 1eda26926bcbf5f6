import { createHash, hkdfSync, randomBytes } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';

/** A master key: 32 bytes, named by the first 8 of its SHA-256, so that no numbers have to be kept anywhere. */
export interface MasterKey {
  id: string;
  bytes: Buffer;
}

/** The master keys: the first one seals, all of them open. */
export interface KeyRing {
  current(): MasterKey;
  find(id: string): MasterKey | undefined;
}

const keyBytes = 32;

function masterKey(bytes: Buffer): MasterKey {
  return { id: createHash('sha256').update(bytes).digest('hex').slice(0, 16), bytes };
}

/**
 * Reads a master key: 32 bytes as base64, base64url or hex. Throws one sentence, without the key, when it is something
 * else or when nobody drew it at random.
 */
export function parseMasterKey(text: string): MasterKey {
  const encoding = /^[0-9a-f]{64}$/i.test(text) ? 'hex' : 'base64';
  const bytes = Buffer.from(text, encoding);
  if (bytes.length !== keyBytes || !/^[A-Za-z0-9+/_=-]+$/.test(text)) {
    throw new Error(
      'a master key is 32 random bytes as base64 or hex, such as `openssl rand -base64 32` prints',
    );
  }
  if (new Set(bytes).size < 16) throw new Error('this master key was not drawn at random');
  return masterKey(bytes);
}

/** Keys handed over as text, the current one first. */
export function fixedKeyRing(keys: MasterKey[]): KeyRing {
  const [current] = keys;
  if (current === undefined) throw new Error('there is no master key');
  return { current: () => current, find: (id) => keys.find((key) => key.id === id) };
}

/** Keys in a file of ours, one a line, the current one first; read again when it changes, so a rotation needs no restart. */
export class KeyFile implements KeyRing {
  readonly #file: string;
  #keys: MasterKey[] = [];
  #readAt = '';

  constructor(file: string) {
    this.#file = file;
  }

  /** Makes the file with a random key when it is not there. */
  ensure(): this {
    try {
      statSync(this.#file);
    } catch {
      mkdirSync(path.dirname(this.#file), { recursive: true, mode: 0o700 });
      this.write([masterKey(randomBytes(keyBytes))]);
    }
    this.#refresh();
    return this;
  }

  current(): MasterKey {
    const [current] = this.#refresh();
    if (current === undefined) throw new Error(`${this.#file} holds no master key`);
    return current;
  }

  find(id: string): MasterKey | undefined {
    return this.#refresh().find((key) => key.id === id);
  }

  all(): MasterKey[] {
    return this.#refresh();
  }

  /** Puts a new random key in front; the others still open. */
  addCurrent(): MasterKey {
    const key = masterKey(randomBytes(keyBytes));
    this.write([key, ...this.all()]);
    return key;
  }

  /** Replaces the file at once: a reader, or a kill, finds the old content or the new. */
  write(keys: MasterKey[]): void {
    const temporary = `${this.#file}.${process.pid}`;
    const descriptor = openSync(temporary, 'w', 0o600);
    try {
      writeSync(descriptor, keys.map((key) => `${key.bytes.toString('base64')}\n`).join(''));
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(temporary, this.#file);
    const folder = openSync(path.dirname(this.#file), 'r');
    fsyncSync(folder);
    closeSync(folder);
  }

  #refresh(): MasterKey[] {
    const { mtimeNs, ino } = statSync(this.#file, { bigint: true });
    const stamp = `${mtimeNs} ${ino}`;
    if (stamp === this.#readAt) return this.#keys;
    const lines = readFileSync(this.#file, 'utf8').split('\n');
    this.#keys = lines.filter((line) => line !== '').map(parseMasterKey);
    this.#readAt = stamp;
    return this.#keys;
  }
}

/** A key for one purpose, the same wherever the master key is the same. */
export function deriveKey(master: MasterKey, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', master.bytes, Buffer.alloc(0), `pilothouse ${purpose}`, keyBytes));
}
