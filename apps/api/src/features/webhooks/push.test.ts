import { describe, expect, test } from 'vitest';
import { eventOf, readPush } from './push.ts';
import type { Sender } from './signature.ts';
import payloads from './testing/payloads.json' with { type: 'json' };

const head = '6113728f27ae82c7b1a177c8d03f9e96e0adf246';
const earlier = '2f1d1a9c3b7e4d5f60718293a4b5c6d7e8f90a1b';
const at = '2026-01-05T15:20:41.000Z';
const branch = { kind: 'branch', ref: 'feature/login', repository: 'acme/cart', isFork: false };
const tag = { ...branch, kind: 'tag', ref: 'v1.2.0' };
const pushed = { isDeleted: false, commit: head, committedAt: at };
const deleted = { isDeleted: true, commit: null, committedAt: null };
type Name = keyof typeof payloads;

const cases: [Name, Sender, string, object][] = [
  ['github-push-branch', 'github', 'push', { ...branch, ...pushed, before: null }],
  // of an annotated tag the commit is not what the tag's own object is called
  ['github-push-tag', 'github', 'push', { ...tag, ...pushed, before: null }],
  ['github-push-deleted', 'github', 'push', { ...branch, ...deleted, before: head }],
  ['github-delete', 'github', 'delete', { ...branch, ...deleted }],
  ['github-create', 'github', 'create', { kind: null }],
  ['github-ping', 'github', 'ping', { kind: null }],
  ['gitea-push', 'gitea', 'push', { ...branch, ...pushed, before: earlier }],
  ['gitea-push-tag', 'gitea', 'push', { ...tag, ...pushed, before: null }],
  ['gitea-delete', 'gitea', 'delete', { ...branch, ...deleted }],
  ['gitlab-push', 'gitlab', 'Push Hook', { ...branch, ...pushed, before: earlier }],
  ['gitlab-push-deleted', 'gitlab', 'Push Hook', { ...branch, ...deleted, before: head }],
  ['gitlab-tag-push', 'gitlab', 'Tag Push Hook', { ...tag, ...pushed, before: null }],
];

describe('what a sender sends', () => {
  test.each(cases)('%s', (name, sender, event, expected) => {
    const text = JSON.stringify(payloads[name]);
    expect(readPush(sender, event, text)).toMatchObject({ event, ...expected });
    // pasted, without its header
    expect(readPush(sender, '', text)).toMatchObject(expected);
  });

  test('a generic one says no more than it has to', () => {
    expect(readPush('generic', '', JSON.stringify({ ref: 'refs/tags/v2', commit: head }))).toMatchObject({
      kind: 'tag',
      ref: 'v2',
      ...pushed,
      committedAt: null,
    });
  });
});

const github = payloads['github-push-branch'];
const notJson = { code: 'payloadUnreadable', params: { reason: 'notJson' } };
const notObject = { code: 'payloadUnreadable', params: { reason: 'notObject' } };
const field = (name: string, reason: string) => ({
  code: 'payloadFieldUnreadable',
  params: { field: name, reason },
});
test.each([
  ['no JSON', 'github', '{', notJson],
  ['no object', 'github', '"push"', notObject],
  ['a list', 'github', '[]', notObject],
  ['null', 'gitlab', 'null', notObject],
  ['a push without a ref', 'github', { ...github, ref: undefined }, field('ref', 'missingField')],
  [
    'a repository without a name',
    'github',
    { ...github, repository: {} },
    field('repository.full_name', 'missingField'),
  ],
  ['a ref that is no text', 'github', { ...github, ref: { a: 1 } }, field('ref', 'otherForm')],
  [
    'a commit that is none',
    'gitea',
    { ...payloads['gitea-push'], after: '../../x' },
    field('after', 'otherForm'),
  ],
  [
    'a ref without end',
    'gitlab',
    { ...payloads['gitlab-push'], ref: 'x'.repeat(301) },
    field('ref', 'otherForm'),
  ],
  [
    'a field that nobody knows',
    'generic',
    { ref: 'refs/heads/x', image: 'other:1' },
    field('image', 'unknownField'),
  ],
] as const)('%s is refused, saying what is wrong', (_what, sender, payload, refusal) => {
  const text = typeof payload === 'string' ? payload : JSON.stringify(payload);
  expect(() => readPush(sender, 'push', text)).toThrow(expect.objectContaining(refusal));
});

test('the event is the sender’s own header', () => {
  expect(eventOf('gitea', { 'x-github-event': 'delete', 'x-gitea-event': 'push' })).toBe('push');
  expect(eventOf('github', {})).toBe('');
});
