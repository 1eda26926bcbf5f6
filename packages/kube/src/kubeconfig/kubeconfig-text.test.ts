import { describe, expect, it } from 'vitest';
import { config, failureOf, type Keys } from '../testing/kubeconfig-parts.ts';
import type { KubeconfigError, KubeconfigProblemCode } from './kubeconfig-error.ts';
import { decodeKubeconfig } from './kubeconfig-text.ts';
import { readContext } from './read-context.ts';

describe('encodings', () => {
  const text = () => config({}, { token: 't' }).replaceAll(',', ',\r\n');
  const swapped = (bytes: Buffer) => Buffer.from(bytes).swap16();
  const utf16 = (value: string) => Buffer.from(value, 'utf16le');

  it.each<[string, () => Buffer]>([
    ['UTF-8', () => Buffer.from(text())],
    ['UTF-8 with a mark', () => Buffer.from(`\uFEFF${text()}`)],
    ['UTF-16 LE with a mark', () => utf16(`\uFEFF${text()}`)],
    ['UTF-16 BE with a mark', () => swapped(utf16(`\uFEFF${text()}`))],
    ['UTF-16 LE', () => utf16(text())],
    ['UTF-16 BE', () => swapped(utf16(text()))],
  ])('%s is read, as a file and as text that was taken for UTF-8', (_what, bytes) => {
    expect(decodeKubeconfig(bytes())).toBe(text());
    for (const taken of ['utf8', 'latin1'] as const) {
      const came = bytes().toString(taken);
      if (taken === 'latin1' && came.startsWith('\xEF\xBB\xBF')) continue;
      expect(readContext(came, undefined, { allowInsecure: false }).token).toBe('t');
    }
  });

  it.each<[encoding: RegExp, bytes: () => Buffer]>([
    [/UTF-32/, () => Buffer.from([0xff, 0xfe, 0, 0, 0x61, 0, 0, 0])],
    [/UTF-32/, () => Buffer.from([0, 0, 0xfe, 0xff, 0, 0, 0, 0x61])],
    [/other/, () => Buffer.from('kind: Config # caf\xe9', 'latin1')],
    [/UTF-16LE/, () => Buffer.concat([utf16('\uFEFFkind'), Buffer.from([0x00, 0xd8, 0x61, 0])])],
  ])('%s is refused by name', (encoding, bytes) => {
    expect(() => decodeKubeconfig(bytes())).toThrow(
      expect.objectContaining({
        code: 'kubeconfigUnreadable',
        params: expect.objectContaining({ problem: 'encoding', encoding: expect.stringMatching(encoding) }),
      }),
    );
  });

  it('text with zeros elsewhere is refused', () => {
    expect(failureOf('kind: Config\0')).toMatchObject({ params: { problem: 'encoding' } });
  });
});

describe('what is no kubeconfig', () => {
  const context = { contexts: [{ name: 'a', context: {} }] };
  const root = (change: Keys) => config({}, {}, { root: change });
  it.each([
    ['clusters:\n- cluster: {server: https://x\nusers: []\n', '3', 'closingBrace'],
    ['users: [{name: a}\nkind: Config\n', '2', 'closingBracket'],
    ["kind: 'Config\n", '2', 'closingQuote'],
    ['kind\napiVersion: v1\n', '1', 'colon'],
    ['a: {b: 1 c: 2}\n', '1', 'comma'],
    ['a:\n  b: 1\n c: 2\n', '3', 'sameColumn'],
    ['token: hidden: secret\n', '1', 'ownLine'],
    ['token: @secret\n', '1', 'quotes'],
    ['kind: Config\nkind: Config\n', '2', 'uniqueKey'],
  ])('%j: says at the line what was expected, and quotes nothing', (text, line, expected) => {
    const { params } = failureOf(text) as KubeconfigError<'kubeconfigUnreadable'>;
    expect(params).toMatchObject({ problem: 'notYaml', line, expected });
    expect(JSON.stringify(params)).not.toMatch(/secret|undefined/);
  });

  it.each<[problem: KubeconfigProblemCode, text: string]>([
    ['empty', ''],
    ['empty', ' \n\n'],
    ['empty', '# nothing\n'],
    ['empty', '\uFEFF'],
    ['notMapping', 'hello'],
    ['notMapping', '[]'],
    ['noContexts', 'kind: Config'],
    ['wrongKind', JSON.stringify({ kind: 'Secret', ...context })],
    ['wrongVersion', JSON.stringify({ apiVersion: 'v2', ...context })],
    ['nameTwice', root({ users: [{ name: 'a' }, { name: 'a' }] })],
    ['notYaml', 'kind: Config\nkind: Config\n'],
    ['notList', root({ users: {} })],
    ['tooManyEntries', root({ users: Array.from({ length: 501 }, (_, n) => ({ name: `${n}` })) })],
    ['entryUnnamed', root({ users: [{}] })],
    ['unknownKey', root({ users: [{ name: 'a', exec: {} }] })],
    ['entryNotMapping', root({ users: [{ name: 'a', user: [] }] })],
    [
      'aliases',
      `a: &a [${'x,'.repeat(50)}]\nb: &b [${'*a,'.repeat(50)}]\nc: &c [${'*b,'.repeat(50)}]\nd: [${'*c,'.repeat(50)}]`,
    ],
    ['tooManyValues', `a: [${'x,'.repeat(4000)}]`],
    ['unknownAlias', 'a: *nowhere'],
    ['tooDeep', `${'['.repeat(200)}${']'.repeat(200)}`],
    ['severalDocuments', `${config()}\n---\n${config()}`],
    ['tooLarge', `# ${'x'.repeat(1_100_000)}`],
  ])('%s: %.30s', (problem, text) => {
    const failure = failureOf(text) as KubeconfigError<'kubeconfigUnreadable'>;
    expect(failure).toMatchObject({ code: 'kubeconfigUnreadable', params: { problem } });
    expect(failure.params.reason).not.toMatch(/[{}]/);
  });

  it('is described without quoting it', () => {
    const error = failureOf('users:\n- user:\n    token: [secret-canary\n');
    expect(JSON.stringify([error.message, error.params])).not.toContain('canary');
    expect((error as KubeconfigError<'kubeconfigUnreadable'>).params.reason).toContain('line');
  });
});
