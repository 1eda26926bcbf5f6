import { expect, test } from 'vitest';
import { readKubectlDocuments } from '../yaml/read-kubectl-yaml.ts';
import { rangeOf } from './range-of.ts';

test('the key of a field, the value of an item, in whichever document', () => {
  const text = 'kind: A\n---\nspec:\n  ports:\n  - port: 80\n    name: "x"\n  args: [a, b]\n';
  const [, second] = readKubectlDocuments(text);
  if (second === undefined) throw new Error('one document');
  const at = (...path: (string | number)[]) => {
    const { from, to } = rangeOf(second, path);
    return text.slice(from, to);
  };
  expect(at('spec', 'ports')).toBe('ports');
  expect(at('spec', 'ports', 0, 'name')).toBe('name');
  expect(at('spec', 'args', 1)).toBe('b');
  expect(at('spec', 'ports', 0)).toMatch(/^port: 80\n {4}name: "x"/);
  // what is missing is where its parent is
  expect(at('spec', 'selector', 'x')).toBe('spec');
  expect(at('spec', 'args', 7)).toBe('args');
  expect(at('spec', 'ports', 0, 'name', 'below')).toBe('name');
});
