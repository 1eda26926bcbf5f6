import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readKubectlYaml } from '../yaml/read-kubectl-yaml.ts';
import { KubectlYamlError } from '../yaml/yaml-error.ts';
import { NotOneObjectError, ObjectDocument, type NotOneObject } from './object-document.ts';

const text = `# my deployment
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web # the name
spec:
  # two at least
  replicas: 2
  template:
    spec:
      containers:
      # the first
      - name: web
        image: nginx:1 # pinned
        args: [a, 'b']

      # the second
      - name: side
        image: envoy
`;
const containers = ['spec', 'template', 'spec', 'containers'];

describe('an edit by path', () => {
  test('changes its line and nothing else', () => {
    const draft = ObjectDocument.read(text);
    draft.set([...containers, 0, 'image'], 'nginx:2');
    draft.set(['spec', 'replicas'], 3);
    expect(draft.text).toBe(text.replace('nginx:1', 'nginx:2').replace('replicas: 2', 'replicas: 3'));
    expect(draft.value).toEqual(readKubectlYaml(draft.text)[0]);
  });

  test('makes what is missing above it, and takes that away again', () => {
    const draft = ObjectDocument.read(text);
    const path = [...containers, 1, 'resources', 'limits', 'cpu'];
    draft.set(path, '1');
    expect(draft.text).toContain(
      '        image: envoy\n        resources:\n          limits:\n            cpu: "1"\n',
    );
    draft.remove(path);
    expect(draft.text).toBe(text);
  });

  test('what was empty before stays when it is empty again', () => {
    const draft = ObjectDocument.read('emptyDir: {}\nlabels:\n  a: b\n');
    draft.set(['emptyDir', 'medium'], 'Memory');
    draft.remove(['emptyDir', 'medium']);
    draft.remove(['labels', 'a']);
    expect(draft.value).toEqual({ emptyDir: {}, labels: {} });
  });

  test('list items are added, moved with their comments, and removed', () => {
    const draft = ObjectDocument.read(text);
    draft.insert(containers, { name: 'new', ports: [{ containerPort: 80 }] }, 1);
    draft.move(containers, 2, 0);
    draft.remove([...containers, 1]);
    expect(draft.text).toContain(
      '      # the second\n      - name: side\n        image: envoy\n      - name: new\n        ports:\n        - containerPort: 80\n',
    );
    draft.insert(['spec', 'tolerations'], { key: 'a' });
    expect(draft.value).toMatchObject({ spec: { tolerations: [{ key: 'a' }] } });
    draft.remove(['spec', 'tolerations', 0]);
    expect(draft.text).not.toContain('tolerations');
  });

  test('a key is renamed in its place, but never onto another', () => {
    const draft = ObjectDocument.read('data:\n  a: "1" # one\n  b: "2"\n');
    draft.rename(['data'], 'a', 'b');
    draft.rename(['data'], 'a', 'c.txt');
    expect(draft.text).toBe('data:\n  c.txt: "1" # one\n  b: "2"\n');
  });

  test('keys and texts that kubectl would take for something else are quoted', () => {
    const draft = ObjectDocument.read('data: {}\n');
    const values = {
      yes: 'no',
      '0755': '1e3',
      '<<': 'x',
      __proto__: 'p',
      'a: b': '',
      n: ' lead',
      o: '# no',
      u: '~',
    };
    for (const [key, value] of Object.entries({ ...values, ['__proto__']: 'p' }))
      draft.set(['data', key], value);
    expect(readKubectlYaml(draft.text)).toEqual([draft.value]);
    expect(Object.entries((draft.value as { data: object }).data)).toEqual(
      Object.entries({ ...values, ['__proto__']: 'p' }),
    );
  });
});

describe('aliases and merges', () => {
  const shared =
    'base: &base\n  a: 1 # one\n  l: &list [x]\nuse:\n  a: 0\n  <<: *base\n  b: 2\nother: *list\n';

  test('are read as kubectl does, and left alone until something is changed', () => {
    const draft = ObjectDocument.read(shared);
    expect(draft.value).toMatchObject({ use: { a: 1, b: 2, l: ['x'] }, other: ['x'] });
    expect(draft.text).toContain('<<: *base');
  });

  test('a change at the one place does not change the other', () => {
    const draft = ObjectDocument.read(shared);
    draft.set(['use', 'a'], 5);
    draft.insert(['other'], 'y');
    expect(draft.value).toEqual({
      base: { a: 1, l: ['x'] },
      use: { a: 5, l: ['x'], b: 2 },
      other: ['x', 'y'],
    });
    expect(readKubectlYaml(draft.text)).toEqual([draft.value]);
  });

  test('an anchor given twice means what stands before', () => {
    const draft = ObjectDocument.read('a: &x 1\nb: *x\nc: &x 2\nd: *x\n');
    draft.set(['e'], 1);
    expect(draft.value).toEqual({ a: 1, b: 1, c: 2, d: 2, e: 1 });
  });
});

test('assign writes what differs; comments stay where their values do', () => {
  const draft = ObjectDocument.read(text);
  const target = structuredClone(draft.value) as {
    metadata: object;
    spec: { replicas?: number; template: { spec: { containers: object[] } } };
  };
  const [web, side] = target.spec.template.spec.containers as [object, object];
  target.spec.template.spec.containers = [side, { ...web, image: 'nginx:3' }, { name: 'third' }];
  delete target.spec.replicas;
  draft.assign(target as never);
  expect(draft.value).toEqual(target);
  expect(draft.text).toMatch(/# the second\n\s+- name: side/);
  expect(draft.text).toContain('image: nginx:3 # pinned');
});

test('whatever is written is read back, by path, by text and by assign', () => {
  const leaf = fc.oneof(
    fc.string({
      unit: fc.constantFrom(
        'a',
        '\n',
        ' ',
        '\t',
        '\r',
        ':',
        '#',
        '-',
        '"',
        "'",
        '\\',
        '0',
        '\u2028',
        '漢',
        '😀',
      ),
    }),
    fc.string({ unit: 'binary' }).filter((each) => each.isWellFormed()),
    fc.constantFrom(
      'yes',
      '0755',
      '~',
      '',
      '---',
      '...',
      '2001-01-01',
      '22:22',
      '<<',
      '*a',
      '&a',
      '!t',
      '%x',
      '@',
      '`',
    ),
    fc.boolean(),
    fc.integer(),
    // JSON has no negative zero
    fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e9, max: 1e9 }).map((each) => each + 0),
    fc.constant(null),
  );
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      leaf,
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(fc.oneof(fc.constantFrom('name', 'a', 'yes', '1'), fc.string()), tie('value'), {
        maxKeys: 3,
      }),
    ),
  }));
  const object = fc.dictionary(fc.constantFrom('a', 'b', 'c'), value, { minKeys: 1 });
  fc.assert(
    fc.property(object, object, (from, to) => {
      const draft = ObjectDocument.read('x: 1\n');
      for (const [key, each] of Object.entries(from)) draft.set([key], each);
      draft.remove(['x']);
      expect(draft.value).toEqual({ ...from });
      const again = ObjectDocument.read(draft.text);
      expect(again.value).toEqual({ ...from });
      again.assign({ ...to } as never);
      expect(again.value).toEqual({ ...to });
      expect(ObjectDocument.read(again.text).value).toEqual({ ...to });
    }),
    { numRuns: 40 },
  );
});

test.each([
  ['', 'noDocument'],
  ['# nothing\n', 'noDocument'],
  ['a: 1\n---\nb: 1\n', 'manyDocuments'],
  ['- a\n', 'notAnObject'],
  ['text', 'notAnObject'],
])('%j is not one object', (yaml, problem) => {
  expect(() => ObjectDocument.read(yaml)).toThrow(new NotOneObjectError(problem as NotOneObject));
});

test('what kubectl cannot read is an error with its line', () => {
  expect(() => ObjectDocument.read('a: 1\na: 2\n')).toThrow(KubectlYamlError);
});
