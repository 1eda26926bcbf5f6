import { keptAnnotations, withoutServerFields, type KubernetesObject } from '@pilothouse/kinds';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { h, nextTick } from 'vue';
import { ApiError } from '../../api/api-error.ts';
import { openConfirmation } from '../confirm.ts';
import ObjectEditor from './ObjectEditor.vue';
import {
  button,
  cluster,
  closePage,
  deployment,
  eventually,
  inputs,
  leave,
  open,
  refusal,
  review,
  reviewOpens,
  saved,
  side,
  text,
  type,
} from './testing/editor-page.ts';
import { mountPage } from './testing/mount-form.ts';

afterEach(closePage);

test('what is proposed is reviewed at once; annotations that nobody sees stay when all others go', async () => {
  const [lastApplied] = keptAnnotations;
  const object = deployment('1');
  const { metadata } = object;
  const { save, source } = cluster({
    ...object,
    metadata: { ...metadata, annotations: { [lastApplied]: '{}', note: 'x' } },
  });
  await open({ ...source, proposed: { ...withoutServerFields(object) } });
  await eventually(() => expect(document.querySelector('[data-testid=diff]')).not.toBeNull());
  expect(save.mock.calls.map(([change]) => change)).toMatchObject([
    { type: 'edit', patch: { metadata: { annotations: { note: null } } } },
  ]);
});

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
    await mountPage(() =>
      h(ObjectEditor, { source: { ...source, load }, name: 'Deployment web', side: 'form' }),
    );
    await eventually(() => expect(document.querySelector('.ant-skeleton')).not.toBeNull());
    fail(forbidden);
    await eventually(() => expect(text('[role=alert]')).toContain('You lack the right to'));
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
    await leave();
    expect(text('p')).toBe('elsewhere');
  });

  test('a cluster that cannot try: said, and the typed object is shown', async () => {
    const { save, source } = cluster();
    save.mockRejectedValueOnce(new ApiError(409, { code: 'dryRunUnavailable', message: 'no' }));
    await open(source);
    await type(0, '3');
    await reviewOpens();
    expect(text('.ant-modal')).toContain('has no dry run for this change');
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

  test('that a field is missing is said in the user’s language', async () => {
    const { save, source } = cluster();
    await open(source);
    await type(0, '');
    save.mockRejectedValueOnce(refusal([{ field: 'spec.replicas', message: 'Required value' }]));
    await review();
    expect(text('.ant-form-item-has-error')).toContain('Please fill this in');
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

  test('the platform’s own refusal of a field stands at the field too', async () => {
    const { save, source } = cluster();
    await open(source);
    await type(0, '3');
    save.mockRejectedValueOnce(
      new ApiError(400, {
        code: 'invalidField',
        message: 'body.object.spec.image: not from here',
        field: 'body.object.spec.image',
      }),
    );
    await review();
    expect(text('.ant-form-item-has-error')).toBe('Imagenot from here');
  });

  test('a new object is shown whole, with its place, before it is made', async () => {
    const { state, source } = cluster();
    await open({ ...source, mode: 'create' });
    await review();
    await eventually(() => expect(text('.ant-modal .cm-content')).toContain('minReadySeconds'));
    expect(text('.ant-modal .where')).toContain('berlin/shop');
    button('Create Deployment web web').click();
    await eventually(() => expect(saved).toHaveBeenCalledOnce());
    expect(state.writes.at(-1)).toMatchObject({ change: { type: 'create' }, options: { dryRun: false } });
  });

  test('a new object without a name is not sent', async () => {
    const { save, source } = cluster();
    await open({
      ...source,
      mode: 'create',
      load: () => Promise.resolve({ apiVersion: 'v1', kind: 'A', metadata: { name: '' } }),
    });
    await review();
    expect([text('.others'), save.mock.calls.length]).toEqual(['metadata.name Enter a name', 0]);
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

test('leaving asks first, as long as something would be lost', async () => {
  const { source } = cluster();
  await open(source);
  await type(0, '3');
  const leaving = leave();
  await eventually(() => expect(openConfirmation.value?.verb).toBe('Leave without saving'));
  openConfirmation.value?.settle(false);
  await leaving;
  expect(inputs()[0]?.value).toBe('3');
  const again = leave();
  await eventually(() => expect(openConfirmation.value).not.toBeNull());
  openConfirmation.value?.settle(true);
  await again;
  expect(text('p')).toBe('elsewhere');
});
