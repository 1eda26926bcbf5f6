import { describe, expect, it } from 'vitest';
import { parseJson } from './parse-json.ts';

const parse = (text: string) => parseJson(Buffer.from(text), 'The answer', 'notAnApiserver');

describe('parseJson', () => {
  it.each([
    '{"a":[1,-2.5e3,true,null],"b":{"c":"\\"}]{[,\\\\"}}',
    '[]',
    ' "text" ',
    JSON.stringify({ text: '[{"'.repeat(500_000) }),
    JSON.stringify({ text: '\\'.repeat(500_001) }),
  ])('reads what JSON.parse reads', (text) => {
    expect(parse(text)).toEqual(JSON.parse(text));
  });

  it('takes the densest object that etcd holds', () => {
    const fields = Object.fromEntries(Array.from({ length: 110_000 }, (_, index) => [`f:field${index}`, {}]));
    const text = JSON.stringify(fields);
    expect(text.length).toBeGreaterThan(1.5 * 1024 * 1024);
    expect(Object.keys(parse(text) as object)).toHaveLength(110_000);
  });

  it.each([
    ['objects', `[${'{},'.repeat(300_000)}{}]`],
    ['strings', `[${'"",'.repeat(300_000)}""]`],
    ['numbers', `[${'1,'.repeat(500_000)}1]`],
    ['levels', `${'['.repeat(1001)}${']'.repeat(1001)}`],
    ['levels of objects', `${'{"a":'.repeat(1001)}1${'}'.repeat(1001)}`],
    ['levels that never close', '['.repeat(1001)],
  ])('refuses too many %s', (_what, text) => {
    expect(() => parse(text)).toThrow(expect.objectContaining({ reason: 'tooLarge' }));
  });

  it('says nothing of what it could not read', () => {
    let error: unknown;
    try {
      parse('{"canary": tru');
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toMatchObject({ reason: 'notAnApiserver', message: 'The answer is not valid JSON' });
    expect((error as Error).cause).toBeUndefined();
  });
});
