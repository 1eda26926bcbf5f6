import { webhookRule, type WebhookRule } from '@pilothouse/contract';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { newId } from '../../db/ids.ts';
import type { Push } from './push.ts';
import { globMatches, instanceImage, instanceName, passedOver } from './rule.ts';

const base = {
  namespaceId: newId(),
  branches: ['*'],
  tags: ['v*'],
  name: '{ref}',
  image: 'r/cart:{sha}',
};
const ruleOf = (more: object): WebhookRule => webhookRule.parse({ ...base, ...more });
const push = (more: Partial<Push> = {}): Push => ({
  event: 'push',
  repository: 'acme/cart',
  isFork: false,
  kind: 'branch',
  ref: 'main',
  isDeleted: false,
  commit: '6113728f27ae82c7b1a177c8d03f9e96e0adf246',
  committedAt: null,
  before: null,
  ...more,
});

describe('what a rule passes over', () => {
  test.each([
    ['a branch it is for', {}, {}, null],
    ['what is no push', {}, { kind: null }, 'notPush'],
    ['a fork', {}, { isFork: true }, 'fork'],
    [
      'the repository that it names, although that is a fork',
      { repository: 'Acme/Cart' },
      { isFork: true },
      null,
    ],
    ['another repository', { repository: 'acme/desk' }, {}, 'otherRepository'],
    ['another branch', { branches: ['release/*'] }, {}, 'noRule'],
    ['a tag where branches are meant', { tags: [] }, { kind: 'tag', ref: 'v1' }, 'noRule'],
    ['a push without a commit', {}, { commit: null }, 'nothingToFillIn'],
    [
      'a tag where the name is of a branch',
      { name: '{branch}' },
      { kind: 'tag', ref: 'v1' },
      'nothingToFillIn',
    ],
    ['a deletion, which has no commit', {}, { commit: null, isDeleted: true }, null],
  ] as const)('%s', (_what, rule, change, why) => {
    expect(passedOver(ruleOf(rule), push(change))).toBe(why);
  });
});

describe('a pattern', () => {
  test.each([
    ['main', 'main', true],
    ['main', 'main2', false],
    ['feature/*', 'feature/a/b', true],
    ['feature/*', 'features/a', false],
    ['*-rc*', 'v1-rc2', true],
    ['a*a', 'a', false],
    ['*', '', true],
    ['v*.*.0', 'v1.2.0', true],
    ['v*.*.0', 'v1.0', false],
  ])('%s and %s', (pattern, text, isIt) => expect(globMatches(pattern, text)).toBe(isIt));

  test('means what a regular expression of it does', () => {
    const part = fc.string({ unit: fc.constantFrom('a', 'b', '*'), maxLength: 8 });
    const text = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 10 });
    fc.assert(
      fc.property(part, text, (pattern, given) => {
        const expected = new RegExp(`^${pattern.replaceAll('*', '.*')}$`).test(given);
        expect(globMatches(pattern, given)).toBe(expected);
      }),
    );
  });
});

describe('a name', () => {
  test.each([
    ['{ref}', 'main', /^main$/],
    ['cart-{branch}', 'main', /^cart-main$/],
    ['{ref}', 'feature/login', /^feature-login-[0-9a-f]{6}$/],
    ['{ref}', 'Feature-Login', /^feature-login-[0-9a-f]{6}$/],
    ['{ref}', '一', /^ref-[0-9a-f]{6}$/],
    ['{ref}', 'x'.repeat(100), /^x{33}-[0-9a-f]{6}$/],
    ['production', 'anything', /^production$/],
  ])('%s of %s', (name, ref, expected) => {
    expect(instanceName(ruleOf({ name }), push({ ref }))).toMatch(expected);
  });

  test('is a DNS label, and another one for another ref', () => {
    const ref = fc.string({ minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(ref, ref, (one, other) => {
        const [first, second] = [one, other].map((each) => instanceName(ruleOf({}), push({ ref: each })));
        expect(first).toMatch(/^[a-z0-9]([-a-z0-9]{0,38}[a-z0-9])?$/);
        expect(first === second).toBe(one === other);
      }),
    );
  });
});

test('an image’s tag holds what it may', () => {
  const rule = ruleOf({ image: 'registry.local:5000/cart:{branch}-{shortSha}' });
  expect(instanceImage(rule, push({ ref: 'feature/a b$(id)' }))).toBe(
    'registry.local:5000/cart:feature-a-b-id--6113728',
  );
});

test.each([
  ['no pattern', { branches: [], tags: [] }],
  ['a name with what is no placeholder', { name: '{user}' }],
  ['a name in capitals', { name: 'Cart' }],
  ['an image with a space', { image: 'a b' }],
  ['an image with what is no placeholder', { image: 'a:{env}' }],
  ['a field that nobody knows', { cluster: 'x' }],
])('%s is no rule', (_what, more) => {
  expect(webhookRule.safeParse({ ...base, ...more }).success).toBe(false);
});
