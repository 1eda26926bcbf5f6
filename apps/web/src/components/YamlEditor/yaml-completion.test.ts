import { CompletionContext, type CompletionResult } from '@codemirror/autocomplete';
import { EditorState } from '@codemirror/state';
import { schemaOfKind } from '@pilothouse/kinds';
import { expect, test } from 'vitest';
import apps from '../../../../../packages/kinds/fixtures/open-api/apps-v1.json' with { type: 'json' };
import { completeYaml } from './yaml-completion.ts';

const texts = () => ({
  type: () => 'type',
  required: 'required',
  default: String,
  allowed: String,
  none: 'nothing',
});
const source = completeYaml((apiVersion, kind) => {
  const [group = '', version = ''] = apiVersion.split('/');
  return Promise.resolve(schemaOfKind(apps, { group, version, kind }));
}, texts);

async function complete(marked: string, explicit = true): Promise<CompletionResult | null> {
  const state = EditorState.create({ doc: marked.replace('¦', '') });
  return source(new CompletionContext(state, marked.indexOf('¦'), explicit));
}

const head = 'apiVersion: apps/v1\nkind: Deployment\n';

test('fields of the place that are not there yet, and what follows them', async () => {
  const marked = `${head}spec:\n  replicas: 1\n  te¦`;
  const result = await complete(marked, false);
  expect(result).toMatchObject({ from: marked.indexOf('te¦'), to: marked.indexOf('¦') });
  const apply = new Map(result?.options.map(({ label, apply: text }) => [label, text]));
  expect(apply.has('replicas')).toBe(false);
  expect(apply.get('paused')).toBe('paused: ');
  expect(apply.get('template')).toBe('template:\n    ');
  expect((await complete(`${head}spec:\n  template:\n    spec:\n      ¦`))?.options).toContainEqual(
    expect.objectContaining({ label: 'containers', apply: 'containers:\n      - ' }),
  );
});

test('values of a boolean', async () => {
  const result = await complete(`${head}spec:\n  paused: t¦`, false);
  expect(result?.options.map(({ label }) => label)).toEqual(['true', 'false']);
});

test('the head of an object whose kind is not known yet', async () => {
  expect((await complete('kind: Pod\n¦'))?.options.map(({ label }) => label)).toEqual([
    'apiVersion',
    'metadata',
    'spec',
  ]);
});

test('nothing by itself on an empty line, nothing in comments', async () => {
  expect(await complete(`${head}spec:\n  ¦`, false)).toBeNull();
  expect(await complete(`${head}spec:\n  # te¦`)).toBeNull();
});
