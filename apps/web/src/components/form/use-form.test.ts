import { endpoints } from '@pilothouse/contract';
import { mount } from '@vue/test-utils';
import { createI18n } from 'vue-i18n';
import { expect, test, vi } from 'vitest';
import { defineComponent, h } from 'vue';
import { z } from 'zod';
import { ApiError } from '../../api/api-error.ts';
import { useForm, type Form } from './use-form.ts';

const messages = {
  'en-US': {
    field: { required: 'Needed', dnsSubdomain: 'Lowercase' },
    errors: { conflict: '{what} already exists' },
  },
  'zh-CN': { field: { required: '需要', dnsSubdomain: '小写' }, errors: { conflict: '{what} 已存在' } },
};

function form(i18n = createI18n({ legacy: false, locale: 'en-US', messages })) {
  let made: ReturnType<typeof useUserForm> | undefined;
  const component = defineComponent(() => {
    made = useUserForm();
    return () => h('div');
  });
  mount(component, { global: { plugins: [i18n] } });
  if (made === undefined) throw new Error('not set up');
  return made;
}

function useUserForm() {
  return useForm(endpoints.createUser.body, () => ({ username: '', displayName: '' }));
}

test('checks as the server does before anything is sent', async () => {
  const { values, errors, submit } = form();
  values.username = 'Ada Lovelace';
  const run = vi.fn<() => Promise<void>>();
  expect(await submit(run)).toBe(false);
  expect(run).not.toHaveBeenCalled();
  expect(errors.value).toEqual({ username: 'Lowercase', displayName: 'Needed' });
});

test('the server’s field errors stand at the field, and what was typed stays', async () => {
  const { values, errors, failure, submit } = form();
  Object.assign(values, { username: 'ada', displayName: 'Ada' });
  const error = {
    code: 'conflict' as const,
    message: 'ada already exists',
    params: { what: 'ada' },
    field: 'body.username',
  };
  expect(await submit(() => Promise.reject(new ApiError(409, error)))).toBe(false);
  expect(errors.value).toEqual({ username: 'ada already exists' });
  expect(failure.value).toBeNull();
  expect(values).toEqual({ username: 'ada', displayName: 'Ada' });
});

test('what is wrong is said in the language that is switched to', async () => {
  const i18n = createI18n({ legacy: false, locale: 'en-US', messages });
  const { values, errors, submit } = form(i18n);
  values.username = 'Ada Lovelace';
  await submit(() => Promise.resolve());
  i18n.global.locale.value = 'zh-CN';
  expect(errors.value).toEqual({ username: '小写', displayName: '需要' });
});

test('what belongs to no field is the form’s failure', async () => {
  const { values, failure, isBusy, submit } = form();
  Object.assign(values, { username: 'ada', displayName: 'Ada' });
  const error = new ApiError(0, { code: 'offline', message: 'no answer' });
  expect(await submit(() => Promise.reject(error))).toBe(false);
  expect(failure.value).toBe(error);
  expect(isBusy.value).toBe(false);
});

test('a second click while it runs does nothing', async () => {
  const { values, submit } = form();
  Object.assign(values, { username: 'ada', displayName: 'Ada' });
  let finish = () => {};
  const run = vi.fn<() => Promise<void>>(() => new Promise((resolve) => (finish = resolve)));
  const first = submit(run);
  expect(await submit(run)).toBe(false);
  finish();
  expect(await first).toBe(true);
  expect(run).toHaveBeenCalledOnce();
});

test('what is missing further in is asked for as on top', async () => {
  const schema = z.object({ scopes: z.array(z.object({ node: z.uuid() })) });
  let made: Form<z.input<typeof schema>, z.input<typeof schema>> | undefined;
  const component = defineComponent(() => {
    made = useForm(schema, () => ({ scopes: [{ node: '' }] }));
    return () => h('div');
  });
  mount(component, { global: { plugins: [createI18n({ legacy: false, locale: 'en-US', messages })] } });
  await made?.submit(() => Promise.resolve());
  expect(made?.errors.value).toEqual({ 'scopes.0.node': 'Needed' });
});
