import { applyMergePatch, type KubernetesObject } from '@pilothouse/kinds';
import { flushPromises, type VueWrapper } from '@vue/test-utils';
import { expect, vi } from 'vitest';
import { h, nextTick, ref } from 'vue';
import type { Router } from 'vue-router';
import { ApiError } from '../../../api/api-error.ts';
import { openConfirmation } from '../../confirm.ts';
import NumberField from '../fields/NumberField.vue';
import TextField from '../fields/TextField.vue';
import ObjectEditor from '../ObjectEditor.vue';
import type { EditorSource, ObjectChange, SaveAnswer, SaveOptions } from '../use-object-editor.ts';
import { mountPage } from './mount-form.ts';

export const text = (selector: string) => document.querySelector(selector)?.textContent ?? '';
export const eventually = (assertion: () => unknown) => vi.waitFor(assertion, { timeout: 10_000 });

export function deployment(version: string, spec: object = {}) {
  return {
    apiVersion: 'example.org/v1',
    kind: 'Site',
    metadata: { name: 'web', namespace: 'shop', uid: 'u-1', resourceVersion: version, managedFields: [{}] },
    spec: { replicas: 2, minReadySeconds: 5, image: 'a', ...spec },
    status: { replicas: 2 },
  } as unknown as KubernetesObject;
}

/** A cluster with one object in it. */
export function cluster(object = deployment('1')) {
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

export const refusal = (fields: { field: string; message: string }[], code = 'FieldValueInvalid') =>
  new ApiError(422, {
    code: 'clusterInvalid',
    message: 'invalid',
    params: { message: 'invalid' },
    fields: fields.map((each) => ({ ...each, code })),
  });

let page: VueWrapper | undefined;
let router: Router | undefined;

/** Takes the page away, and whatever it put beside itself. */
export function closePage(): void {
  page?.unmount();
  page = undefined;
  document.body.replaceChildren();
  openConfirmation.value = null;
}

/** Leaves for another page of the router. */
export async function leave(): Promise<void> {
  await router?.push('/elsewhere');
}

export const saved = vi.fn<(answer: SaveAnswer) => void>();
export const side = ref<'form' | 'yaml'>('form');

/** The editor with two fields, once its object is there. */
export async function open(source: EditorSource): Promise<void> {
  side.value = 'form';
  saved.mockReset();
  closePage();
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

/** The fields, in their order. */
export const inputs = () => [...document.querySelectorAll<HTMLInputElement>('form input')];

export async function type(index: number, value: string): Promise<void> {
  const input = inputs()[index];
  if (input === undefined) throw new Error('no such field');
  input.value = value;
  input.dispatchEvent(new Event('input'));
  await nextTick();
}

/** The last button of that label: dialogs come last. */
export function button(label: string): HTMLButtonElement {
  const found = [...document.querySelectorAll('button')].filter((each) => each.textContent?.trim() === label);
  const last = found.at(-1);
  if (last === undefined) throw new Error(`no button ${label}`);
  return last;
}

/** Presses Review and waits for what comes of it. */
export async function review(): Promise<void> {
  await nextTick();
  button('Review').click();
  await flushPromises();
  await eventually(() => expect(button('Review').className).not.toContain('loading'));
}

export async function reviewOpens(): Promise<void> {
  await review();
  await eventually(() => expect(document.querySelector('[data-testid=diff]')).not.toBeNull());
}
