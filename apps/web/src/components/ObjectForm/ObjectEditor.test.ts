import { applyMergePatch, SchemaNode, type KubernetesObject } from '@pilothouse/kinds';
import type { VueWrapper } from '@vue/test-utils';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { h, nextTick, ref } from 'vue';
import type { Router } from 'vue-router';
import { ApiError } from '../../api/api-error.ts';
import { openConfirmation } from '../confirm.ts';
import NumberField from './fields/NumberField.vue';
import TextField from './fields/TextField.vue';
import ObjectEditor from './ObjectEditor.vue';
import { mountPage } from './testing/mount-form.ts';
import type { EditorSource, ObjectChange, SaveAnswer, SaveOptions } from './use-object-editor.ts';

const text = (selector: string) => document.querySelector(selector)?.textContent ?? '';
const eventually = (assertion: () => unknown) => vi.waitFor(assertion, { timeout: 10_000 });

function deployment(version: string, spec: object = {}) {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'shop', uid: 'u-1', resourceVersion: version, managedFields: [{}] },
    spec: { replicas: 2, minReadySeconds: 5, image: 'a', ...spec },
    status: { replicas: 2 },
  } as unknown as KubernetesObject;
}

/** A cluster with one object in it. */
function cluster(object = deployment('1')) {
  const state = { object, writes: [] as { change: ObjectChange; options: SaveOptions }[] };
  const save = vi.fn<(change: ObjectChange, options: SaveOptions) => Promise<SaveAnswer>>(
    (change, options) => {
      state.writes.push({ change, options });
      if (change.type === 'create') return Promise.resolve({ object: change.object, warnings: [] });
      if (change.resourceVersion !== state.object.metadata?.resourceVersion)
        return Promise.reject(
          new ApiError(409, { code: 'changedMeanwhile', message: 'changed', params: { what: 'web' } }),
        );
      const next = applyMergePatch(state.object, change.patch) as KubernetesObject;
      if (!options.dryRun) state.object = next;
      return Promise.resolve({
        object: next,
        warnings: options.dryRun ? ['spec.image is old-fashioned'] : [],
      });
    },
  );
  const source: EditorSource = {
    mode: 'edit',
    load: vi.fn<() => Promise<KubernetesObject>>(() => Promise.resolve(state.object)),
    save,
  };
  return { state, save, source };
}

const refusal = (fields: { field: string; message: string }[], code = 'FieldValueInvalid') =>
  new ApiError(422, {
    code: 'clusterInvalid',
    message: 'invalid',
    params: { message: 'invalid' },
    fields: fields.map((each) => ({ ...each, code })),
  });

let page: VueWrapper | undefined;
let router: Router | undefined;
afterEach(() => {
  page?.unmount();
  page = undefined;
  document.body.replaceChildren();
  openConfirmation.value = null;
});

const saved = vi.fn<(answer: SaveAnswer) => void>();
const side = ref<'form' | 'yaml'>('form');
async function open(source: EditorSource) {
  side.value = 'form';
  saved.mockReset();
  ({ page, router } = await mountPage(() =>
    h(
      ObjectEditor,
      {
        source,
        name: 'Deployment web',
        cluster: { name: 'berlin', environment: 'production' },
        side: side.value,
        'onUpdate:side': (to: 'form' | 'yaml') => (side.value = to),
        onSaved: saved,
      },
      () => [
        h(NumberField, { path: ['spec', 'replicas'], label: 'Replicas' }),
        h(TextField, { path: ['spec', 'image'], label: 'Image' }),
      ],
    ),
  ));
  await eventually(() => expect(document.querySelector('form')).not.toBeNull());
}

const inputs = () => [...document.querySelectorAll<HTMLInputElement>('form input')];
async function type(index: number, value: string) {
  const input = inputs()[index];
  if (input === undefined) throw new Error('no such field');
  input.value = value;
  input.dispatchEvent(new Event('input'));
  await nextTick();
}
function button(label: string): HTMLButtonElement {
  const found = [...document.querySelectorAll('button')].filter((each) => each.textContent?.trim() === label);
  const last = found.at(-1);
  if (last === undefined) throw new Error(`no button ${label}`);
  return last;
}
async function review() {
  await nextTick();
  button('Review').click();
  await eventually(() => expect(button('Review').className).not.toContain('loading'));
}
async function reviewOpens() {
  await review();
  await eventually(() => expect(document.querySelector('[data-testid=diff]')).not.toBeNull());
}

describe('on the way to a write', () => {
  test('loading, then what cannot be read is said, and tried again', async () => {
    const { source } = cluster();
    const forbidden = new ApiError(403, {
      code: 'forbidden',
      message: 'no',
      params: { action: 'get', object: 'k8s/apps/deployments', domain: 'cluster:berlin/shop' },
    });
    let fail: (reason: unknown) => void = () => undefined;
    const load = vi.fn<() => Promise<KubernetesObject>>(
      () => new Promise((_resolve, reject) => (fail = reject)),
    );
    ({ page } = await mountPage(() =>
      h(ObjectEditor, { source: { ...source, load }, name: 'Deployment web', side: 'form' }),
    ));
    await eventually(() => expect(document.querySelector('.ant-skeleton')).not.toBeNull());
    fail(forbidden);
    await eventually(() => expect(text('[role=alert]')).toContain('You lack the right get'));
    load.mockResolvedValueOnce(deployment('1'));
    button('Try again').click();
    await eventually(() => expect(document.querySelector('footer')).not.toBeNull());
  });

  test('nothing is sent for what was not changed', async () => {
    const { source } = cluster();
    await open(source);
    expect(button('Review').disabled).toBe(true);
    await type(0, '3');
    expect(button('Review').disabled).toBe(false);
    await type(0, '2');
    expect(button('Review').disabled).toBe(true);
  });

  test('first a trial with its difference and warnings; written is only what changed, on the version read', async () => {
    const { state, source } = cluster();
    await open(source);
    await type(0, '3');
    await reviewOpens();
    expect(text('.ant-modal')).toContain('spec.image is old-fashioned');
    expect(text('.ant-modal')).toContain('berlin');
    expect([text('.cm-deletedChunk'), text('.cm-changedLine')]).toEqual(['  replicas: 2', '  replicas: 3']);
    // what the server sets is nobody's change
    expect(text('[data-testid=diff]')).not.toMatch(/status|resourceVersion|managedFields/);
    expect([state.object.metadata?.resourceVersion, saved.mock.calls.length]).toEqual(['1', 0]);
    button('Save Deployment web').click();
    await eventually(() => expect(saved).toHaveBeenCalledOnce());
    expect(state.writes).toEqual(
      [true, false].map((dryRun) => ({
        change: { type: 'edit', patch: { spec: { replicas: 3 } }, resourceVersion: '1', uid: 'u-1' },
        options: { dryRun, fieldValidation: 'Strict' },
      })),
    );
    // what is saved can be left
    await router?.push('/elsewhere');
    expect(text('p')).toBe('elsewhere');
  });

  test('a cluster that cannot try: said, and the typed object is shown', async () => {
    const { save, source } = cluster();
    save.mockRejectedValueOnce(new ApiError(409, { code: 'dryRunUnavailable', message: 'no' }));
    await open(source);
    await type(0, '3');
    await reviewOpens();
    expect(text('.ant-modal')).toContain('cannot try the change out');
    expect(text('.cm-changedLine')).toBe('  replicas: 3');
  });

  test('another name would be another object: said at its line, not sent', async () => {
    const { save, source } = cluster();
    await open(source);
    side.value = 'yaml';
    await nextTick();
    await eventually(() => expect(document.querySelector('.cm-content')).not.toBeNull());
    const { EditorView } = await import('@codemirror/view');
    const view = EditorView.findFromDOM(document.querySelector('.cm-editor') as HTMLElement);
    const at = view?.state.doc.toString().indexOf('name: web') ?? -1;
    view?.dispatch({ changes: { from: at + 6, to: at + 9, insert: 'other' } });
    await review();
    expect(save).not.toHaveBeenCalled();
    await eventually(() => expect(text('[role=status]')).toContain('it would be another object'));
  });

  test('a text that cannot be read is not sent; the form says so', async () => {
    const { save, source } = cluster();
    await open(source);
    side.value = 'yaml';
    await nextTick();
    await eventually(() => expect(document.querySelector('.cm-content')).not.toBeNull());
    const { EditorView } = await import('@codemirror/view');
    EditorView.findFromDOM(document.querySelector('.cm-editor') as HTMLElement)?.dispatch({
      changes: { from: 0, insert: 'kind: again\n' },
    });
    side.value = 'form';
    await nextTick();
    expect(text('.object-form .object-form')).toContain('The YAML cannot be read');
    expect(inputs()[0]?.disabled).toBe(true);
    await review();
    expect([side.value, save.mock.calls.length]).toEqual(['yaml', 0]);
  });
});

describe('refused', () => {
  test('what the cluster says of a field stands there, the rest at the top; what was typed stays', async () => {
    const { save, source } = cluster();
    await open(source);
    await type(0, '-3');
    save.mockRejectedValueOnce(
      refusal([
        { field: 'spec.replicas', message: 'must be greater than or equal to 0' },
        { field: 'spec.progressDeadlineSeconds', message: 'must be greater than minReadySeconds' },
      ]),
    );
    await review();
    expect(text('.ant-form-item-has-error')).toContain('greater than or equal to 0');
    await eventually(() => expect(document.activeElement?.id).toBe(inputs()[0]?.id));
    expect(text('.others')).toContain('spec.progressDeadlineSeconds must be greater than minReadySeconds');
    expect(inputs()[0]?.value).toBe('-3');
    await type(0, '3');
    expect(document.querySelector('.ant-form-item-has-error')).toBeNull();
  });

  test('admission’s own words stay beside the form', async () => {
    const { save, source } = cluster();
    await open(source);
    await type(0, '3');
    const message = 'admission webhook "policy" denied the request: no more than two';
    save.mockRejectedValueOnce(
      new ApiError(403, { code: 'clusterForbidden', message, params: { message }, status: { message } }),
    );
    await review();
    expect(text('[role=alert]')).toContain(message);
    expect(inputs()[0]?.value).toBe('3');
  });

  test('at the write itself: the dialog stays with what was said', async () => {
    const { save, source } = cluster();
    await open(source);
    await type(0, '3');
    await reviewOpens();
    save.mockRejectedValueOnce(new ApiError(0, { code: 'offline', message: 'gone' }));
    button('Save Deployment web').click();
    await eventually(() => expect(text('.ant-modal [role=alert]')).toContain('Pilothouse does not answer'));
    button('Save Deployment web').click();
    await eventually(() => expect(saved).toHaveBeenCalledOnce());
  });

  test('unknown fields: the user may have them dropped', async () => {
    const { save, state, source } = cluster();
    await open(source);
    await type(0, '3');
    save.mockRejectedValueOnce(
      refusal([{ field: 'spec.replica', message: 'unknown field' }], 'UnknownField'),
    );
    await review();
    expect(text('.others')).toContain('spec.replica unknown field');
    document.querySelector<HTMLInputElement>('.ant-checkbox-input')?.click();
    await reviewOpens();
    expect(state.writes.at(-1)?.options).toEqual({ dryRun: true, fieldValidation: 'Warn' });
  });

  test('a new object whose name is taken', async () => {
    const { save, source } = cluster();
    await open({ ...source, mode: 'create' });
    const message = 'deployments.apps "web" already exists';
    save.mockRejectedValueOnce(
      new ApiError(409, {
        code: 'clusterConflict',
        message,
        status: { reason: 'AlreadyExists', message },
      }),
    );
    await review();
    expect(text('.others')).toContain(`metadata.name ${message}`);
  });
});

describe('somebody else was faster', () => {
  const schema = () => Promise.resolve(new SchemaNode({}, { type: 'object' }));

  test('other fields: both are kept, and the review says so', async () => {
    const { state, source } = cluster();
    await open({ ...source, schemas: schema });
    await type(0, '3');
    state.object = deployment('2', { image: 'theirs' });
    await reviewOpens();
    expect(text('.ant-modal')).toContain('Somebody else changed the object meanwhile');
    expect([text('.cm-deletedChunk'), text('.cm-changedLine')]).toEqual(['  replicas: 2', '  replicas: 3']);
    button('Save Deployment web').click();
    await eventually(() => expect(saved).toHaveBeenCalledOnce());
    expect(state.object).toMatchObject({ spec: { replicas: 3, image: 'theirs', minReadySeconds: 5 } });
  });

  test('the same fields: base, theirs and mine, and a choice for each', async () => {
    const { state, source } = cluster();
    await open(source);
    await type(0, '3');
    await type(1, 'mine');
    state.object = deployment('2', { replicas: 7, image: 'theirs', minReadySeconds: 9 });
    button('Review').click();
    await eventually(() => expect(document.querySelectorAll('fieldset')).toHaveLength(2));
    const shown = [...document.querySelectorAll('fieldset')].map((place) => [
      place.querySelector('legend')?.textContent,
      ...[...place.querySelectorAll('pre')].map((each) => each.textContent),
    ]);
    expect(shown).toEqual([
      ['spec.replicas', '2', '7', '3'],
      ['spec.image', 'a', 'theirs', 'mine'],
    ]);
    const proceed = () => button('Continue to the review');
    expect(proceed().disabled).toBe(true);
    const [replicas, image] = document.querySelectorAll('fieldset');
    replicas?.querySelectorAll<HTMLInputElement>('input[type=radio]')[1]?.click();
    image?.querySelectorAll<HTMLInputElement>('input[type=radio]')[3]?.click();
    await nextTick();
    const other = image?.querySelector('textarea') as HTMLTextAreaElement;
    expect(other.value).toBe('mine');
    other.value = '1.0';
    other.dispatchEvent(new Event('input'));
    await nextTick();
    proceed().click();
    await eventually(() => expect(document.querySelector('[data-testid=diff]')).not.toBeNull());
    button('Save Deployment web').click();
    await eventually(() => expect(saved).toHaveBeenCalledOnce());
    // text stays text, whatever it looks like
    expect(state.object).toMatchObject({ spec: { replicas: 7, image: '1.0', minReadySeconds: 9 } });
  });

  test('between trial and write too; going back loses nothing', async () => {
    const { state, source } = cluster();
    await open(source);
    await type(0, '3');
    await reviewOpens();
    state.object = deployment('2', { replicas: 7 });
    button('Save Deployment web').click();
    await eventually(() => expect(document.querySelectorAll('fieldset')).toHaveLength(1));
    button('Back').click();
    await eventually(() => expect(document.querySelector('form')).not.toBeNull());
    expect(inputs()[0]?.value).toBe('3');
    expect(saved).not.toHaveBeenCalled();
  });

  test('the object is gone: said, and the draft stays', async () => {
    const { state, source } = cluster();
    await open(source);
    await type(0, '3');
    state.object = deployment('2');
    vi.mocked(source.load).mockRejectedValueOnce(
      new ApiError(404, { code: 'clusterNotFound', message: 'not found', params: { message: 'not found' } }),
    );
    await review();
    await eventually(() => expect(text('[role=alert]')).toContain('not found'));
    expect(inputs()[0]?.value).toBe('3');
  });
});

test('leaving asks first, as long as something would be lost', async () => {
  const { source } = cluster();
  await open(source);
  await type(0, '3');
  const leaving = router?.push('/elsewhere');
  await eventually(() => expect(openConfirmation.value?.verb).toBe('Leave'));
  openConfirmation.value?.settle(false);
  await leaving;
  expect(inputs()[0]?.value).toBe('3');
  const again = router?.push('/elsewhere');
  await eventually(() => expect(openConfirmation.value).not.toBeNull());
  openConfirmation.value?.settle(true);
  await again;
  expect(text('p')).toBe('elsewhere');
});
