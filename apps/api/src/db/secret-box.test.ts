import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { fixedKeyRing, KeyFile, parseMasterKey } from './key-ring.ts';
import { sealHeadBytes, SecretBox } from './secret-box.ts';

const newKey = () => parseMasterKey(randomBytes(32).toString('base64'));
const key = newKey();
const box = new SecretBox(fixedKeyRing([key]));
const folder = mkdtempSync(path.join(tmpdir(), 'pilothouse-keys-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('what is sealed opens in its place, whatever it is', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 2000 }), (plaintext) => {
      const sealed = box.seal('clusters', 'row-1', 'credential', plaintext);
      expect(box.open('clusters', 'row-1', 'credential', sealed)).toEqual(Buffer.from(plaintext));
    }),
  );
});

test('sealed bytes hold nothing of the secret and never repeat', () => {
  const secret = 'canary-token-canary-token';
  const [first, second] = [box.seal('t', 'r', 'c', secret), box.seal('t', 'r', 'c', secret)];
  expect(Buffer.from(first).includes('canary')).toBe(false);
  expect(Buffer.from(first)).not.toEqual(Buffer.from(second));
});

test.each([
  ['another table', ['tables', 'row', 'column']],
  ['another row', ['table', 'row2', 'column']],
  ['another column', ['table', 'row', 'columns']],
  ['a shifted boundary', ['table', 'ro', 'wcolumn']],
] as const)('in %s it does not open', (_what, [table, row, column]) => {
  const sealed = box.seal('table', 'row', 'column', 'secret');
  expect(() => box.open(table, row, column, sealed)).toThrow(/cannot be decrypted/);
});

test('a flipped bit anywhere makes it fail', () => {
  const sealed = box.seal('table', 'row', 'column', 'secret');
  for (let bit = 0; bit < sealed.length * 8; bit++) {
    const flipped = Uint8Array.from(sealed);
    flipped[bit >> 3]! ^= 1 << (bit & 7);
    expect(() => box.open('table', 'row', 'column', flipped), `bit ${bit}`).toThrow(/cannot be decrypted/);
  }
});

test('cut short it fails', () => {
  const sealed = box.seal('table', 'row', 'column', 'secret');
  for (const length of [0, 1, sealHeadBytes - 1, sealHeadBytes, sealHeadBytes + 20, sealed.length - 1]) {
    expect(() => box.open('table', 'row', 'column', sealed.subarray(0, length))).toThrow(
      /cannot be decrypted/,
    );
  }
});

test('after a rotation the new key opens it and the old one does not', () => {
  const next = newKey();
  const place = { table: 'table', rowId: 'row', column: 'column' };
  const sealed = box.seal('table', 'row', 'column', 'secret');
  const head = new SecretBox(fixedKeyRing([next, key])).rewrap(place, sealed.subarray(0, sealHeadBytes));
  const rewrapped = Buffer.concat([head, sealed.subarray(sealHeadBytes)]);
  const renewed = new SecretBox(fixedKeyRing([next]));
  expect(renewed.open('table', 'row', 'column', rewrapped).toString()).toBe('secret');
  expect(() => box.open('table', 'row', 'column', rewrapped)).toThrow(/is not known/);
  expect(() => renewed.open('table', 'row', 'column', sealed)).toThrow(/is not known/);
});

test('the key file is made once, for its owner only, and a change is seen at once', () => {
  const file = path.join(folder, 'deep', 'master.key');
  const ours = new KeyFile(file).ensure();
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const theirs = new KeyFile(file).ensure();
  expect(theirs.current()).toEqual(ours.current());
  const added = theirs.addCurrent();
  expect(ours.current()).toEqual(added);
  expect(ours.all()).toHaveLength(2);
});

test.each([
  ['too short', randomBytes(31).toString('base64')],
  ['no key at all', 'correct horse battery staple'],
  ['all the same', Buffer.alloc(32, 7).toString('base64')],
  ['a pattern', '0123456789abcdef'.repeat(4)],
])('a master key that is %s is refused, and not repeated', (_what, text) => {
  const failure = (() => {
    try {
      return parseMasterKey(text);
    } catch (error) {
      return String(error);
    }
  })();
  expect(failure).toMatch(/master key/);
  expect(failure).not.toContain(text);
});
