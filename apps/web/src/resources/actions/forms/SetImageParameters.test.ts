import { flushPromises, mount } from '@vue/test-utils';
import { expect, test } from 'vitest';
import { createI18n } from 'vue-i18n';
import { messages } from '../../../app/i18n/en-US/index.ts';
import SetImageParameters from './SetImageParameters.vue';

const digest = `sha256:${'5'.repeat(64)}`;

async function open(images: string[], containers = images.map((_, index) => `c${index}`)) {
  const form = mount(SetImageParameters, {
    props: {
      id: 'set-image' as const,
      resource: { cluster: 'quay', group: 'apps', plural: 'deployments' },
      rows: [
        {
          uid: 'u',
          name: 'web',
          namespace: 'shop',
          resourceVersion: '1',
          cells: { containers: containers.join(','), images: images.join(',') },
        },
      ],
      parameters: {},
      errors: {},
    },
    global: {
      plugins: [createI18n({ legacy: false, locale: 'en-US', messages: { 'en-US': messages } })],
    },
  });
  await flushPromises();
  const sent = () => form.emitted<[{ images: object[] }]>('update:parameters')?.at(-1)?.[0].images;
  return { form, sent };
}

test('another tag changes the tag only, drops the digest and says so', async () => {
  const { form, sent } = await open([`reg:5000/a/b:v1@${digest}`, 'nginx:1']);
  expect(sent()).toEqual([]);
  expect(form.text()).not.toContain('The digest is removed');
  await form.find('input[aria-label="Tag of c0"]').setValue('2');
  expect(sent()).toEqual([{ container: 'c0', image: 'reg:5000/a/b:2' }]);
  expect(form.text()).toContain('The digest is removed');
  await form.find('input[aria-label="Tag of c1"]').setValue('1.29');
  expect(sent()).toEqual([
    { container: 'c0', image: 'reg:5000/a/b:2' },
    { container: 'c1', image: 'nginx:1.29' },
  ]);
});

test('the same where the whole reference is edited; another digest stays', async () => {
  const { form, sent } = await open([`[fd00::1]:5000/a/b:v1@${digest}`]);
  await form.find('#image-c0').setValue(`[fd00::1]:5000/a/b:2@${digest}`);
  expect(sent()).toEqual([{ container: 'c0', image: '[fd00::1]:5000/a/b:2' }]);
  expect(form.text()).toContain('The digest is removed');
  await form.find('#image-c0').setValue('[fd00::1]:5000/a/b:2@sha256:ab');
  expect(sent()).toEqual([{ container: 'c0', image: '[fd00::1]:5000/a/b:2@sha256:ab' }]);
  expect(form.text()).not.toContain('The digest is removed');
});

test('what is wrong with an image stands at its container', async () => {
  const { form, sent } = await open(['reg:5000/a/b:v1', 'nginx:1']);
  await form.find('#image-c1').setValue('not an image');
  expect(sent()).toEqual([{ container: 'c1', image: 'not an image' }]);
  await form.setProps({ errors: { 'images.0.image': 'An image has no spaces' } });
  expect(form.find('#image-c1-help').text()).toBe('An image has no spaces');
  expect(form.find('#image-c1').attributes('aria-invalid')).toBe('true');
  expect(form.find('#image-c0-help').exists()).toBe(false);
});
