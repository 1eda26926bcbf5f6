import type { KubernetesObject } from '@pilothouse/kinds';
import { describe, expect, test } from 'vitest';
import { computed } from 'vue';
import { Draft } from './draft.ts';

const object = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web', labels: { 'app.kubernetes.io/name': 'web' } },
  spec: { ports: [{ port: 80 }, { port: 81 }, { port: 82 }] },
} as KubernetesObject;

describe('fields and text are one', () => {
  test('a field changes the text, the text the fields', () => {
    const draft = new Draft(object);
    const port = computed(() => draft.get(['spec', 'ports', 1, 'port']));
    const text = computed(() => draft.text);
    draft.set(['spec', 'ports', 1, 'port'], 8080);
    expect([port.value, text.value.includes('- port: 8080')]).toEqual([8080, true]);
    draft.text = draft.text.replace('8080', '9090');
    expect(port.value).toBe(9090);
  });

  test('what is typed stays as typed, comments outlive the fields', () => {
    const draft = new Draft(object);
    const typed = `# mine\n${draft.text.replace('port: 80\n', 'port:   80 # http\n')}`;
    draft.text = typed;
    expect(draft.text).toBe(typed);
    expect(draft.isChanged).toBe(false);
    draft.set(['spec', 'type'], 'NodePort');
    expect(draft.text).toMatch(/^# mine\n/);
    expect(draft.text).toContain('port: 80 # http\n');
    expect(draft.isChanged).toBe(true);
  });

  test('a text that cannot be read: fields keep what they had and write nothing', () => {
    const draft = new Draft(object);
    draft.text = `${draft.text}spec: again\n`;
    expect(draft.problem).toMatchObject({ problem: 'duplicateKey', line: 12 });
    draft.set(['spec', 'type'], 'NodePort');
    expect([draft.get(['spec', 'type']), draft.text.endsWith('spec: again\n')]).toEqual([undefined, true]);
    expect(draft.isChanged).toBe(true);
    draft.text = 'a: 1\n---\nb: 1\n';
    expect(draft.problem).toMatchObject({ problem: 'manyDocuments', line: null });
    draft.text = 'kind: Service\n';
    expect([draft.problem, draft.object]).toEqual([null, { kind: 'Service' }]);
  });
});

describe('errors', () => {
  const port = (index: number) => ['spec', 'ports', index, 'port'];
  function draftWith(...fields: string[]) {
    const draft = new Draft(object);
    draft.errors.set(
      fields.map((field) => ({ field, message: `bad ${field}` })),
      object,
    );
    return draft;
  }

  test('stand at their field; elsewhere at the nearest one above; else at the top', () => {
    const { errors } = draftWith(
      'spec.ports[1].port',
      'spec.ports[1].nodePort',
      'metadata.labels[app.kubernetes.io/name]',
      'spec.selector',
      'patch: nonsense here',
    );
    const end = errors.register(port(1));
    errors.register(['spec', 'ports', 1]);
    errors.register(['metadata', 'labels']);
    expect(errors.at(port(1))).toBe('bad spec.ports[1].port');
    expect(errors.at(['spec', 'ports', 1])).toBe('nodePort: bad spec.ports[1].nodePort');
    expect(errors.at(['metadata', 'labels'])).toContain('app.kubernetes.io/name');
    expect(errors.others.map(({ said }) => said)).toEqual(['spec.selector', 'patch: nonsense here']);
    // a field that leaves the page hands its errors on
    end();
    expect(errors.at(['spec', 'ports', 1])).toContain('port: bad spec.ports[1].port');
  });

  test('go when their field, or what it is in, is changed; by text too', () => {
    const draft = draftWith('spec.ports[1].port', 'spec.ports', 'spec.selector');
    draft.set(port(1), 8080);
    expect(draft.errors.all.map(({ said }) => said)).toEqual(['spec.selector']);
    draft.text = `${draft.text}  selector: {}\n`;
    expect(draft.errors.all).toEqual([]);
    const other = draftWith('spec.ports[2].port', 'spec.type');
    other.text = other.text.replace('port: 82', 'port: 83');
    expect(other.errors.all.map(({ said }) => said)).toEqual(['spec.type']);
  });

  test('move along with their list item', () => {
    const draft = draftWith('spec.ports[0].port', 'spec.ports[1].port', 'spec.ports[2].port');
    const indexes = () => draft.errors.all.map(({ said, path }) => [said.slice(11, 12), path?.[2]]);
    draft.move(['spec', 'ports'], 0, 2);
    expect(indexes()).toEqual([
      ['0', 2],
      ['1', 0],
      ['2', 1],
    ]);
    draft.insert(['spec', 'ports'], { port: 1 }, 1);
    expect(indexes()).toEqual([
      ['0', 3],
      ['1', 0],
      ['2', 2],
    ]);
    draft.remove(['spec', 'ports', 0]);
    expect(indexes()).toEqual([
      ['0', 2],
      ['2', 1],
    ]);
    expect(draft.get(port(2))).toBe(80);
  });
});

test('assign and startFrom: what is merged is compared with what it was merged from', () => {
  const draft = new Draft(object);
  const theirs = { ...object, spec: { ports: [{ port: 80 }] } } as KubernetesObject;
  draft.assign(theirs);
  expect(draft.isChanged).toBe(true);
  draft.startFrom(theirs);
  expect(draft.isChanged).toBe(false);
});

test('what is wrong with the whole object stands at the top, without a path', () => {
  const draft = new Draft(object);
  draft.errors.set([{ field: '[]', message: 'Too long: may not be more than 1048576 bytes' }], object);
  expect(draft.errors.others.map(({ said, text }) => [said, text()])).toEqual([
    ['', expect.stringContaining('Too long')],
  ]);
});
