import { ExactInteger, type KubernetesObject } from '@pilothouse/kinds';
import { afterEach, describe, expect, test } from 'vitest';
import { h, type Component } from 'vue';
import type { VueWrapper } from '@vue/test-utils';
import { Draft } from '../draft.ts';
import { mountFields } from '../testing/mount-form.ts';
import FieldSection from './FieldSection.vue';
import ListField from './ListField.vue';
import MapField from './MapField.vue';
import NumberField from './NumberField.vue';
import QuantityField from './QuantityField.vue';
import SelectField from './SelectField.vue';
import SwitchField from './SwitchField.vue';
import TextAreaField from './TextAreaField.vue';
import TextField from './TextField.vue';
import TextListField from './TextListField.vue';

let form: VueWrapper | undefined;
afterEach(() => form?.unmount());

const path = ['spec', 'x'];
function show(component: Component, value: unknown, more: Record<string, unknown> = {}) {
  const spec = value === undefined ? {} : { x: value };
  const draft = new Draft({ apiVersion: 'v1', kind: 'A', metadata: { name: 'a' }, spec } as KubernetesObject);
  form = mountFields(draft, () => h(component as never, { path, label: 'The field', ...more }));
  return { draft, form, now: () => draft.get(path) };
}
const reject = (draft: Draft, field: string) =>
  draft.errors.set([{ field, message: 'not so' }], draft.object);

describe('one value', () => {
  test('the label belongs to the input, and what the server said stands there', async () => {
    const { draft, form: field } = show(TextField, 'a', { help: 'Some help' });
    const input = field.get('input');
    expect(field.get('label').attributes('for')).toBe(input.attributes('id'));
    const help = () => document.getElementById(input.attributes('aria-describedby') ?? '')?.textContent;
    expect([help(), input.attributes('aria-invalid')]).toEqual(['Some help', 'false']);
    reject(draft, 'spec.x');
    await field.vm.$nextTick();
    expect([help(), input.attributes('aria-invalid')]).toEqual(['not so', 'true']);
    await input.setValue('b');
    expect([help(), input.attributes('aria-invalid')]).toEqual(['Some help', 'false']);
  });

  test('an emptied text goes, unless an empty one means something', async () => {
    const one = show(TextField, 'a');
    await one.form.get('input').setValue('');
    expect(one.draft.object).toMatchObject({ spec: {} });
    expect(one.now()).toBeUndefined();
    one.form.unmount();
    const other = show(TextField, 'a', { keepsEmpty: true });
    await other.form.get('input').setValue('');
    expect(other.now()).toBe('');
  });

  test.each([
    ['12', 12],
    ['-1', -1],
    ['007', '007'],
    ['1e3', '1e3'],
    ['1.5', '1.5'],
    ['9223372036854775807', new ExactInteger(9223372036854775807n)],
    ['x', 'x'],
    [' 7 ', 7],
    ['', undefined],
  ])('a number typed as %j', async (typed, value) => {
    const { form: field, now } = show(NumberField, 1);
    await field.get('input').setValue(typed);
    expect(now()).toEqual(value);
    expect(field.text().includes('A whole number')).toBe(typeof value === 'string');
  });

  test('a number or text', async () => {
    const { form: field, now } = show(NumberField, '25%', { orText: true });
    expect(field.get('input').element.value).toBe('25%');
    await field.get('input').setValue('http');
    expect([now(), field.text()]).toEqual(['http', 'The field']);
    await field.get('input').setValue('8080');
    expect(now()).toBe(8080);
  });

  test('a quantity', async () => {
    const { form: field, now } = show(QuantityField, undefined);
    await field.get('input').setValue('500m');
    expect([now(), field.text()]).toEqual(['500m', 'The field']);
    await field.get('input').setValue('5 apples');
    expect(field.text()).toContain('An amount such as 500m');
  });

  test('yes or no: what is assumed anyway is not written', async () => {
    const { form: field, now } = show(SwitchField, undefined, { assumed: true });
    const button = field.get('button[role=switch]');
    expect(button.attributes('aria-checked')).toBe('true');
    await button.trigger('click');
    expect(now()).toBe(false);
    await button.trigger('click');
    expect(now()).toBeUndefined();
  });

  test('a value that is none of the options is shown all the same', () => {
    const { form: field } = show(SelectField, 'Odd', { options: [{ value: 'A' }, { value: 'B' }] });
    expect(field.get('.ant-select-selection-item').text()).toBe('Odd');
  });

  test('several lines: byte for byte', async () => {
    const { form: field, now } = show(TextAreaField, 'a\r\nb \r\n\tc');
    await field.get('textarea').setValue('a\nB \n\tc');
    expect(now()).toBe('a\r\nB \r\n\tc');
  });

  test('what is fixed, and everything while the text cannot be read, cannot be changed', async () => {
    const { draft, form: field } = show(TextField, 'a', { isFixed: false });
    expect(field.get('input').element.disabled).toBe(false);
    draft.text = 'a: [';
    await field.vm.$nextTick();
    expect(field.get('input').element.disabled).toBe(true);
    field.unmount();
    expect(show(TextField, 'a', { isFixed: true }).form.get('input').element.disabled).toBe(true);
  });
});

describe('lists', () => {
  const list = (value: unknown) => {
    const draft = new Draft({ apiVersion: 'v1', kind: 'A', spec: { x: value } } as KubernetesObject);
    form = mountFields(draft, () =>
      h(
        ListField,
        {
          path,
          label: 'Ports',
          addLabel: 'Add port',
          create: () => ({ name: '' }),
          itemLabel: 'Port',
        },
        {
          default: ({ path: at }: { path: string[] }) =>
            h(TextField, { path: [...at, 'name'], label: 'Name' }),
        },
      ),
    );
    return { draft, form, button: (name: string) => form?.get(`button[aria-label="${name}"]`) };
  };
  const names = (draft: Draft) =>
    (draft.get(path) as { name: string }[] | undefined)?.map(({ name }) => name);

  test('items are added, moved and removed; the focus goes along', async () => {
    const { draft, form: field, button } = list([{ name: 'a' }, { name: 'b' }]);
    await field.get('[data-add]').trigger('click');
    await field.get('li:last-child input').setValue('c');
    expect(document.activeElement).toBe(field.get('li:last-child input').element);
    await button('Move c up')?.trigger('click');
    expect(names(draft)).toEqual(['a', 'c', 'b']);
    expect(document.activeElement?.getAttribute('aria-label')).toBe('Move c up');
    await button('Move c up')?.trigger('click');
    // at the top there is no way up any more
    expect(document.activeElement?.getAttribute('aria-label')).toBe('Move c down');
    await button('Remove a')?.trigger('click');
    expect(names(draft)).toEqual(['c', 'b']);
    expect(document.activeElement?.textContent).toBe('Add port');
  });

  test('what is wrong with an item, or with what in it has no field, stands at the item and moves along', async () => {
    const { draft, form: field, button } = list([{ name: 'a' }, { name: 'b' }]);
    draft.errors.set(
      [
        { field: 'spec.x[0].number', message: 'too big' },
        { field: 'spec.x[0].name', message: 'taken' },
        { field: 'spec.x', message: 'too many' },
      ],
      draft.object,
    );
    await field.vm.$nextTick();
    const items = () =>
      field.findAll('li').map((item) => item.find('.error').exists() && item.get('.error').text());
    expect(items()).toEqual(['number: too big', false]);
    expect(field.get('li:first-child .ant-form-item').text()).toContain('taken');
    expect(field.get('[role=group] > .help').text()).toBe('too many');
    await button('Move a down')?.trigger('click');
    expect(items()).toEqual([false, 'number: too big']);
  });

  test('a list that is not there is made, one that is emptied goes again', async () => {
    const { draft, form: field, button } = list(undefined);
    await field.get('[data-add]').trigger('click');
    expect(names(draft)).toEqual(['']);
    await button('Remove Port 1')?.trigger('click');
    expect(draft.object).toEqual({ apiVersion: 'v1', kind: 'A', spec: {} });
  });

  test('texts, one a line; an empty one counts', async () => {
    const { form: field, now } = show(TextListField, ['-c', 'x'], { addLabel: 'Add' });
    await field.findAll('input')[1]?.setValue('');
    expect(now()).toEqual(['-c', '']);
    expect(field.findAll('input').map((input) => input.attributes('aria-label'))).toEqual([
      'The field 1',
      'The field 2',
    ]);
  });
});

describe('maps', () => {
  const map = (value: unknown, more: Record<string, unknown> = {}) => {
    const shown = show(MapField, value, { addLabel: 'Add label', ...more });
    const inputs = () => shown.form.findAll('input');
    const type = async (index: number, text: string) => {
      await inputs()[index]?.setValue(text);
      await inputs()[index]?.trigger('blur');
    };
    return { ...shown, inputs, type };
  };

  test('a key is renamed in its place, a value changed, a row added and removed', async () => {
    const { form: field, now, type } = map({ a: '1', b: '2' });
    await type(0, 'app.kubernetes.io/name');
    await type(3, 'two');
    expect(Object.entries(now() as object)).toEqual([
      ['app.kubernetes.io/name', '1'],
      ['b', 'two'],
    ]);
    await field.get('[data-add]').trigger('click');
    await type(5, 'value first');
    await type(4, 'c');
    expect(now()).toMatchObject({ c: 'value first' });
    await field.get('button[aria-label="Remove b"]').trigger('click');
    expect(Object.keys(now() as object)).toEqual(['app.kubernetes.io/name', 'c']);
  });

  test('a key that is taken, or empty, waits and holds the draft back; nothing else is touched', async () => {
    const { draft, form: field, now, type, inputs } = map({ a: '1', b: '2' });
    await type(2, 'a');
    expect(field.text()).toContain('This key already exists');
    expect([now(), draft.isUnfinished, inputs()[2]?.element.value]).toEqual([{ a: '1', b: '2' }, true, 'a']);
    await type(2, '');
    expect(field.text()).toContain('Enter a key');
    await type(2, 'b');
    expect([field.text().includes('key'), draft.isUnfinished, draft.isChanged]).toEqual([
      false,
      false,
      false,
    ]);
    // a new row that nobody filled in is none
    await field.get('[data-add]').trigger('click');
    await inputs()[4]?.trigger('blur');
    expect([draft.isUnfinished, field.text().includes('Enter a key')]).toEqual([false, false]);
  });

  test('what the server said of a key stands at its row', async () => {
    const { draft, form: field } = map({ 'my.key': '1' });
    draft.errors.set(
      [
        { field: 'spec.x[my.key]', message: 'bad key' },
        { field: 'spec.x', message: 'too large' },
      ],
      draft.object,
    );
    await field.vm.$nextTick();
    expect([field.get('li .error').text(), field.get('.help').text()]).toEqual(['bad key', 'too large']);
  });

  test('the YAML side and the rows are one', async () => {
    const { draft, form: field, inputs } = map({ a: '1' });
    draft.text = draft.text.replace('a: "1"', 'z: "1"\n    w: "2"');
    await field.vm.$nextTick();
    expect(inputs().map((input) => input.element.value)).toEqual(['z', '1', 'w', '2']);
  });

  test('own rules are said, the cluster decides', async () => {
    const {
      form: field,
      now,
      type,
    } = map({}, { checkKey: (key: string) => (key.includes(' ') ? 'no blanks' : undefined) });
    await field.get('[data-add]').trigger('click');
    await type(0, 'a b');
    expect([field.get('.error').text(), now()]).toEqual(['no blanks', { 'a b': '' }]);
  });
});

test('what is wrong unfolds what is folded', async () => {
  const draft = new Draft({ apiVersion: 'v1', kind: 'A', spec: { x: 'a' } } as KubernetesObject);
  form = mountFields(draft, () =>
    h(FieldSection, { title: 'More', isFolded: true }, () => h(TextField, { path, label: 'X' })),
  );
  const details = form.get('details').element as HTMLDetailsElement;
  expect(details.open).toBe(false);
  reject(draft, 'spec.x');
  await form.vm.$nextTick();
  await form.vm.$nextTick();
  await form.vm.$nextTick();
  expect(details.open).toBe(true);
});
