import { platformRights } from '@pilothouse/contract';
import { describe, expect, test } from 'vitest';
import { messages as en } from '../../../app/i18n/en-US/index.ts';
import { messages as zh } from '../../../app/i18n/zh-CN/index.ts';
import {
  difference,
  firstVerbs,
  impliedActions,
  listable,
  resourceObjects,
  rowsOf,
  verbsOn,
} from './role-draft.ts';

const policy = (text: string) => {
  const [action = '', object = ''] = text.split(' ');
  return { action, object };
};

test('policies become a row an object, with verbs in Kubernetes’ order', () => {
  const policies = ['watch k8s/core/pods', 'get k8s/core/pods', 'All k8s/apps/**', 'escalate k8s/core/pods'];
  expect(rowsOf(policies.map(policy))).toEqual([
    { object: 'k8s/core/pods', actions: ['get', 'watch', 'escalate'] },
    { object: 'k8s/apps/**', actions: ['All'] },
  ]);
});

test('parts of a resource are offered with the one verb that is asked on them', () => {
  expect(verbsOn('k8s/core/pods/exec', [])).toEqual(['create']);
  expect(firstVerbs('k8s/core/secrets/value')).toEqual(['get']);
  expect(firstVerbs('k8s/core/configmaps')).toEqual(['get', 'list', 'watch']);
  expect(verbsOn('k8s/core/pods', ['get', 'approve'])).toContain('approve');
});

test('every kind and what its actions need can be chosen', () => {
  const objects = [...resourceObjects().values()].flat();
  for (const each of [
    'k8s/core/pods/exec',
    'k8s/apps/deployments/scale',
    'k8s/core/secrets/value',
    'k8s/apps/**',
  ])
    expect(objects).toContain(each);
  expect(new Set(objects).size).toBe(objects.length);
});

describe('what policies allow', () => {
  test('actions, where each right that they need is there', () => {
    const implied = (texts: string[]) =>
      Object.fromEntries(impliedActions(texts.map(policy)).map(({ id, plurals }) => [id, plurals]));
    expect(implied(['patch k8s/apps/deployments'])).toMatchObject({ restart: ['deployments'] });
    expect(implied(['patch k8s/core/nodes'])).toHaveProperty('cordon');
    expect(implied(['patch k8s/core/nodes'])).not.toHaveProperty('drain');
    expect(implied(['All k8s/**'])).toHaveProperty('drain');
    expect(implied(['get k8s/**'])).not.toHaveProperty('restart');
  });

  test('entries of the menu', () => {
    expect([...listable([policy('list k8s/core/pods')])]).toEqual(['pods']);
    expect([...listable([policy('get k8s/core/pods')])]).toEqual([]);
  });
});

test('what differs is told both ways', () => {
  const [a, b, c] = ['get k8s/core/pods', 'list k8s/core/pods', 'GET /users'].map(policy);
  expect(difference([a, b] as never, [b, c] as never)).toEqual({ added: [c], removed: [a] });
});

test.each([
  ['en-US', en],
  ['zh-CN', zh],
])('in %s every right on the platform has words', (_locale, messages) => {
  const words = messages['platformRight'] as Record<string, Record<string, string>>;
  const ids = platformRights().flatMap(({ actions }) =>
    actions.flatMap(({ endpoints }) => endpoints.map(({ id }) => id)),
  );
  const wordless = ids.filter((id) => {
    const [feature = '', name = ''] = id.split('.');
    return words[feature]?.[name] === undefined;
  });
  expect(wordless).toEqual([]);
});
