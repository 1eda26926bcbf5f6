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

test.each([
  ['no JSON', 'github', '{'],
  ['no object', 'github', '"push"'],
  ['null', 'gitlab', 'null'],
  ['a ref that is no text', 'github', JSON.stringify({ ...payloads['github-push-branch'], ref: { a: 1 } })],
  ['a commit that is none', 'gitea', JSON.stringify({ ...payloads['gitea-push'], after: '../../x' })],
  ['a ref without end', 'gitlab', JSON.stringify({ ...payloads['gitlab-push'], ref: 'x'.repeat(301) })],
  ['a field that nobody knows', 'generic', JSON.stringify({ ref: 'refs/heads/x', image: 'other:1' })],
] as const)('%s is refused', (_what, sender, text) => {
  expect(() => readPush(sender, 'push', text)).toThrow(
    expect.objectContaining({ code: 'payloadUnreadable' }),
  );
});

test('the event is the sender’s own header', () => {
  expect(eventOf('gitea', { 'x-github-event': 'delete', 'x-gitea-event': 'push' })).toBe('push');
  expect(eventOf('github', {})).toBe('');
});
