import type { KubernetesObject } from '@pilothouse/kinds';
import { flushPromises, mount } from '@vue/test-utils';
import { createPinia } from 'pinia';
import { beforeEach, expect, test } from 'vitest';
import { defineComponent, h, nextTick, type Component } from 'vue';
import { createI18n } from 'vue-i18n';
import { createMemoryHistory, createRouter } from 'vue-router';
import { messages } from '../../app/i18n/en-US/index.ts';
import { Draft } from '../../components/ObjectForm/draft.ts';
import { provideDraft } from '../../components/ObjectForm/use-field.ts';
import ConfigMapForm from '../kinds/ConfigMap/ConfigMapForm.vue';
import DeploymentForm from '../kinds/Deployment/DeploymentForm.vue';
import ServiceForm from '../kinds/Service/ServiceForm.vue';

beforeEach(() => {
  document.body.innerHTML = '';
});

/** A kind's form over a draft, in a browser without a session: nothing is asked of the API. */
async function open(form: Component, object: object, mode: 'create' | 'edit' = 'edit') {
  const draft = new Draft(object as KubernetesObject);
  const router = createRouter({
    history: createMemoryHistory(),
    routes: [{ path: '/', component: { render: () => null } }],
  });
  const wrapper = mount(
    defineComponent(() => {
      provideDraft(draft);
      return () => h(form, { draft, mode, cluster: 'quay' });
    }),
    {
      attachTo: document.body,
      global: {
        plugins: [
          createI18n({ legacy: false, locale: 'en-US', messages: { 'en-US': messages } }),
          createPinia(),
          router,
        ],
      },
    },
  );
  await flushPromises();
  const byLabel = (label: string) => {
    const found = [...document.querySelectorAll('label')].find((each) => each.textContent?.trim() === label);
    const input = found === undefined ? null : document.getElementById(found.htmlFor);
    if (!(input instanceof HTMLInputElement)) throw new Error(`no input ${label}`);
    return input;
  };
  const type = async (input: HTMLInputElement | HTMLTextAreaElement, text: string) => {
    input.value = text;
    input.dispatchEvent(new Event('input', { bubbles: true }));
    input.dispatchEvent(new Event('change', { bubbles: true }));
    await nextTick();
  };
  const click = async (label: string) => {
    const found = [...document.querySelectorAll('button')].find((each) => each.textContent?.trim() === label);
    if (found === undefined) throw new Error(`no button ${label}`);
    found.click();
    await flushPromises();
  };
  return { draft, wrapper, byLabel, type, click, text: () => document.body.textContent ?? '' };
}

const service = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web', namespace: 'shop' },
  spec: {
    type: 'ClusterIP',
    clusterIP: '10.0.0.7',
    ports: [{ port: 80, targetPort: 'http', protocol: 'TCP' }],
    selector: { app: 'web' },
  },
};

test('a Service: what the API holds fixed cannot be touched, and several ports need names', async () => {
  const { draft, byLabel, click, text, type } = await open(ServiceForm, service);
  for (const label of ['Name', 'Namespace', 'Cluster IP']) expect(byLabel(label).disabled).toBe(true);
  expect(text()).not.toContain('each needs a name');
  await click('Add port');
  expect(text()).toContain('each needs a name');
  await type(byLabel('Port of the Pods'), '8080');
  // a number is sent as one, a name as text
  expect(draft.get(['spec', 'ports', 0, 'targetPort'])).toBe(8080);
  await type(byLabel('Port of the Pods'), 'http');
  expect(draft.get(['spec', 'ports', 0, 'targetPort'])).toBe('http');
  draft.set(['spec', 'type'], 'NodePort');
  await nextTick();
  expect(text()).toContain('from ClusterIP to NodePort');
});

test('a Service that is an external name asks for neither ports nor a selector', async () => {
  const { draft, text } = await open(ServiceForm, service, 'create');
  expect(text()).toContain('Add port');
  draft.set(['spec', 'type'], 'ExternalName');
  await nextTick();
  expect(text()).not.toContain('Add port');
  expect(text()).toContain('External name');
});

const odd = ' a\r\nb \t\n\n';
const configMap = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'settings', namespace: 'shop' },
  data: { odd, emoji: '🚢', last: 'no newline' },
  binaryData: { 'logo.png': 'iVBORw0KGgo=' },
};

test('a ConfigMap: another key’s edit leaves every byte of the others, and binary data are kept', async () => {
  const { draft, type, click, text } = await open(ConfigMapForm, configMap);
  expect(text()).toContain('PNG');
  const area = [...document.querySelectorAll('textarea')].find(({ value }) => value === 'no newline');
  if (area === undefined) throw new Error('no editor');
  await type(area, 'no newline still');
  await type(document.querySelector('input[placeholder="New key"]') as HTMLInputElement, 'bad/key');
  expect(text()).toContain('Letters, digits');
  await type(document.querySelector('input[placeholder="New key"]') as HTMLInputElement, 'fresh.txt');
  await click('Add key');
  expect(draft.object).toEqual({
    ...configMap,
    data: { odd, emoji: '🚢', last: 'no newline still', 'fresh.txt': '' },
  });
});

test('a ConfigMap: what is no base64 is left to the cluster to refuse', async () => {
  const { text } = await open(ConfigMapForm, { ...configMap, binaryData: { torn: 'not base64!' } });
  expect(text()).toContain('torn');
  expect(text()).toContain('0 B');
});

test('a ConfigMap that is immutable: its data stay, its labels can change', async () => {
  const { text } = await open(ConfigMapForm, { ...configMap, immutable: true });
  expect(text()).toContain('Copy as new');
  expect([...document.querySelectorAll('textarea')].every(({ disabled }) => disabled)).toBe(true);
});

test('a new Deployment selects its own Pods by its name; of one that is there the selector is fixed', async () => {
  const empty = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: '', namespace: 'shop' },
    spec: { template: { spec: { containers: [{ name: 'main', image: 'web:1' }] } } },
  };
  const created = await open(DeploymentForm, empty, 'create');
  created.draft.set(['metadata', 'name'], 'cart');
  await nextTick();
  expect(created.draft.get(['spec', 'selector'])).toEqual({ matchLabels: { app: 'cart' } });
  expect(created.draft.get(['spec', 'template', 'metadata', 'labels'])).toEqual({ app: 'cart' });
  created.wrapper.unmount();
  document.body.innerHTML = '';

  const { draft, text } = await open(DeploymentForm, created.draft.object);
  expect(text()).toContain('Selector: app=cart. It cannot be changed.');
  draft.set(['spec', 'strategy'], { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1 } });
  draft.set(['spec', 'strategy', 'type'], 'Recreate');
  await nextTick();
  expect(draft.get(['spec', 'strategy'])).toEqual({ type: 'Recreate' });
});

test('a Deployment keeps what its form does not know', async () => {
  const rich = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'cart', namespace: 'shop' },
    spec: {
      selector: { matchLabels: { app: 'cart' } },
      template: {
        metadata: { labels: { app: 'cart' } },
        spec: {
          containers: [
            { name: 'main', image: 'web:1', lifecycle: { preStop: { exec: { command: ['true'] } } } },
          ],
          volumes: [{ name: 'odd', csi: { driver: 'example.org' } }],
        },
      },
    },
  };
  const { draft, byLabel, type } = await open(DeploymentForm, rich);
  await type(byLabel('Image'), 'web:2');
  const containers = [{ ...rich.spec.template.spec.containers[0], image: 'web:2' }];
  expect(draft.get(['spec', 'template', 'spec'])).toEqual({ ...rich.spec.template.spec, containers });
});
