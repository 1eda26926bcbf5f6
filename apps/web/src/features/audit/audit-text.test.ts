import { auditParts, errorCodes, streamEndReasons } from '@pilothouse/contract';
import { mount } from '@vue/test-utils';
import { expect, test } from 'vitest';
import { createI18n } from 'vue-i18n';
import { messages as en } from '../../app/i18n/en-US/index.ts';
import { messages as zh } from '../../app/i18n/zh-CN/index.ts';
import { auditCodes, useAuditText, type AuditEvent } from './audit-text.ts';

function textsIn(locale: 'en-US' | 'zh-CN'): ReturnType<typeof useAuditText> {
  let texts: ReturnType<typeof useAuditText> | undefined;
  const i18n = createI18n({ legacy: false, locale, messages: { 'en-US': en, 'zh-CN': zh } });
  mount({ setup: () => ((texts = useAuditText()), () => null) }, { global: { plugins: [i18n] } });
  return texts as ReturnType<typeof useAuditText>;
}

const event = (change: Partial<AuditEvent>): AuditEvent => ({
  id: '1',
  at: '2026-01-01T00:00:00Z',
  code: 'shell.open',
  user: 'li',
  token: null,
  address: '',
  cluster: 'demo',
  namespace: 'shop',
  resource: 'k8s/core/pods/exec',
  name: 'web',
  params: {},
  outcome: 'failed',
  status: null,
  reason: null,
  clusterStatus: null,
  auditId: '2',
  endedAt: null,
  ...change,
});

/** What the API keeps of an error's parameters: never a reason in free text, of Secrets not the cluster's words. */
const keptOf = (message: string, omitted: readonly string[]) =>
  Object.fromEntries(
    [...message.matchAll(/\{(\w+)\}/g)]
      .map(([, name = '']) => name)
      .filter((name) => !omitted.includes(name))
      .map((name) => [`error.${name}`, `<${name}>`]),
  );
const torn = /[({[（“":：,，;；]\s*$|\(\)|（）|\{/;

test.each(['en-US', 'zh-CN'] as const)(
  '%s: every reason reads whole with the parameters that are stored',
  (locale) => {
    const { reason } = textsIn(locale);
    const texts = Object.entries(errorCodes).flatMap(([code, { message }]) =>
      [[], ['reason', 'message']].flatMap((omitted) => {
        const params = keptOf(message, omitted);
        return [
          reason(event({ status: 500, reason: code, params })),
          reason(event({ reason: `upstreamLost:${code}`, params })),
        ];
      }),
    );
    const ends = streamEndReasons.map((end) => reason(event({ reason: end })));
    expect([...texts, ...ends].filter((text) => text === '' || torn.test(text))).toEqual([]);
    // rows of before parameters were kept
    const bare = Object.keys(errorCodes).map((code) => reason(event({ status: 500, reason: code })));
    expect(bare.filter((text) => text === '' || torn.test(text))).toEqual([]);
  },
);

test('a shell that was ended says by what, and did not fail', () => {
  const { outcome, reason } = textsIn('en-US');
  const lost = event({ outcome: 'succeeded', reason: 'rightsLost' });
  expect([outcome(lost), reason(lost)]).toEqual(['Ended: rights taken away', 'Ended: rights taken away']);
  expect(outcome(event({ outcome: 'succeeded', reason: 'sessionEnded' }))).toBe('Ended: signed out');
  expect(outcome(event({ outcome: 'succeeded', reason: 'closed' }))).toBe('Succeeded');
  expect(outcome(event({ outcome: 'failed', reason: 'upstreamLost:clusterTimeout' }))).toBe('Failed');
  expect(outcome(event({ status: 401, outcome: 'refused', reason: 'sessionEnded' }))).toBe('Refused');
});

test('an error behind an end is said with its own parameters', () => {
  const { reason } = textsIn('en-US');
  const params = { container: 'web', 'error.status': 500, 'error.message': 'no space left' };
  expect(reason(event({ reason: 'upstreamLost:clusterError', params }))).toBe(
    'The cluster closed the connection: The cluster answered with an error (500): no space left',
  );
});

test('a grant on the service tree says at which node', () => {
  const { place } = textsIn('en-US');
  const grant = { resource: 'grant', cluster: null, namespace: null };
  expect(place(event({ ...grant, params: { scope: 'tree', path: 'acme.games' } }))).toBe('acme.games');
  expect(place(event({ ...grant, cluster: 'demo', namespace: 'shop' }))).toBe('demo/shop');
});

test('nobody among the owners is no gap in the sentence', () => {
  const params = { operations: 'li', development: '', developer: '' };
  expect(textsIn('en-US').sentence(event({ code: 'tree.setOwners', name: 'acme', params }))).toBe(
    'Named the owners of node acme: operations li; development –; developers –',
  );
});

test('whatever has words can be chosen, but for the calls that one row stands for', () => {
  const codesIn = (words: object, path: string): string[] =>
    Object.entries(words).flatMap(([key, text]) =>
      typeof text === 'string' ? [`${path}${key}`] : codesIn(text as object, `${path}${key}.`),
    );
  const codes = codesIn(en.audit as object, '').filter(
    (code) => !code.endsWith('ById') && !auditParts.includes(code),
  );
  expect(auditCodes).toEqual(codes.toSorted());
});

test('every code can be chosen by words of its own', () => {
  const { codeText } = textsIn('en-US');
  const texts = auditCodes.map(codeText);
  expect(texts.filter((text) => text.includes('{') || auditCodes.includes(text))).toEqual([]);
  expect(new Set(texts).size).toBe(texts.length);
});

test('what was done is said with the names people use, and counted', () => {
  const { sentence } = textsIn('en-US');
  const action = {
    code: 'resource.action',
    params: { action: 'cordon' },
    resource: 'k8s/core/nodes',
    name: 'n1',
  };
  expect(sentence(action)).toBe('Cordon: Node n1');
  expect(sentence({ ...action, code: 'resource.actionMany', name: null })).toBe('Cordon: several Nodes');
  expect(sentence({ ...action, code: 'resource.patch', resource: 'k8s/example.org/widgets' })).toBe(
    'Changed widgets n1',
  );
  const applied = (documents: number) =>
    sentence({ code: 'manifests.run', params: { documents }, resource: null, name: null });
  expect([applied(1), applied(2)]).toEqual(['Applied 1 object', 'Applied 2 objects']);
  const granted = { code: 'grant.create', params: {}, resource: 'grant', name: 'dora:developer' };
  expect(sentence(granted)).toBe('Granted role Developer to dora');
  expect(sentence({ ...granted, code: 'grant.delete' })).toBe('Took role Developer from dora');
  expect(sentence({ ...granted, code: 'grant.delete', name: '0190-a' })).toBe('Took grant 0190-a away');
});
