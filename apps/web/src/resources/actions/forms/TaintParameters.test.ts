import { flushPromises, mount } from '@vue/test-utils';
import { createPinia } from 'pinia';
import { beforeEach, expect, test, vi } from 'vitest';
import { createI18n } from 'vue-i18n';
import { call } from '../../../api/call.ts';
import { messages } from '../../../app/i18n/en-US/index.ts';
import YamlEditor from '../../../components/YamlEditor/YamlEditor.vue';
import TaintParameters from './TaintParameters.vue';

vi.mock('../../../api/call.ts', () => ({ call: vi.fn<typeof call>() }));
const called = vi.mocked(call);

const taints = [
  { key: 'gpu', value: 'yes', effect: 'NoSchedule' },
  { key: 'node.kubernetes.io/not-ready', effect: 'NoExecute' },
];
const planned = (seen: string, pods: object[] = []) => ({
  nodes: [
    {
      name: 'n1',
      uid: 'u-n1',
      isGone: false,
      seen,
      changes: [{ key: 'out', effect: 'NoExecute', from: null, to: '' }],
      pods,
    },
  ],
});

async function open(names: string[], plan: object = planned('s1')) {
  called.mockImplementation(
    (endpoint) =>
      Promise.resolve(endpoint.id === 'resources.get' ? { object: { spec: { taints } } } : plan) as never,
  );
  const form = mount(TaintParameters, {
    props: {
      id: 'taint' as const,
      resource: { cluster: 'quay', group: 'core', plural: 'nodes' },
      rows: names.map((name) => ({ uid: `u-${name}`, name, resourceVersion: '1', cells: {} })),
      parameters: {},
      errors: {},
      'onUpdate:parameters': (parameters: Record<string, unknown>) => void form.setProps({ parameters }),
    },
    global: {
      plugins: [
        createI18n({ legacy: false, locale: 'en-US', messages: { 'en-US': messages } }),
        createPinia(),
      ],
    },
  });
  await flushPromises();
  const sent = () => form.emitted('update:parameters')?.at(-1)?.[0];
  const seen = () => form.emitted('update:seen')?.at(-1)?.[0];
  const editor = form.findComponent(YamlEditor);
  const type = async (text: string) => {
    editor.vm.$emit('update:modelValue', text);
    await flushPromises();
  };
  const settle = async () => {
    await vi.advanceTimersByTimeAsync(1000);
    await flushPromises();
  };
  return { form, sent, seen, editor, type, settle };
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  called.mockReset();
});

test('one node’s taints are there, in the form and as YAML; a changed value overwrites', async () => {
  const { form, sent, editor } = await open(['n1']);
  expect(editor.props('modelValue')).toContain('key: gpu');
  expect(form.text()).toContain('it sets and removes this taint by itself');
  await form.find('input[placeholder="Value (may be empty)"]').setValue('no');
  expect(sent()).toEqual({
    set: [{ key: 'gpu', value: 'no', effect: 'NoSchedule' }],
    remove: [],
    overwrite: true,
  });
  expect(editor.props('modelValue')).toContain('value: "no"');
});

test('what is taken out of the text is removed, what is added is set', async () => {
  const { sent, type } = await open(['n1']);
  await type('- key: gpu\n  value: "yes"\n  effect: NoSchedule\n- key: out\n  effect: NoExecute\n');
  expect(sent()).toEqual({
    set: [{ key: 'out', value: '', effect: 'NoExecute' }],
    remove: [{ key: 'node.kubernetes.io/not-ready', effect: 'NoExecute' }],
    overwrite: false,
  });
  // while the text cannot be read nothing can be done
  await type('- key: gpu\n effect: NoSchedule\n');
  expect(sent()).toEqual({ set: [], remove: [] });
});

test('the same key and effect twice is refused at the field', async () => {
  const { form, sent } = await open(['n1']);
  await form
    .findAll('button')
    .find((button) => button.text() === 'Add')
    ?.trigger('click');
  await form.findAll('input[placeholder="Key"]').at(-1)?.setValue('gpu');
  expect(form.text()).toContain('gpu:NoSchedule is already there');
  expect(sent()).toEqual({ set: [], remove: [] });
});

test('of many nodes a key can be removed whatever its effect', async () => {
  const { form, sent } = await open(['n1', 'n2']);
  await form.find('input[placeholder="Key"]').setValue('gpu');
  await form.find('button[aria-label="Remove gpu"]').trigger('click');
  expect(sent()).toEqual({ set: [], remove: [{ key: 'gpu', effect: 'NoSchedule' }], overwrite: false });
  form.findComponent({ name: 'ASelect' }).vm.$emit('update:value', '');
  await flushPromises();
  expect(sent()).toEqual({ set: [], remove: [{ key: 'gpu' }], overwrite: false });
});

test('the plan names the pods that go; the action waits for it', async () => {
  const pods = [
    { namespace: 'shop', name: 'web', uid: 'w', owner: 'ReplicaSet/web', seconds: 0 },
    { namespace: 'shop', name: 'slow', uid: 's', owner: null, seconds: 30 },
  ];
  const { form, seen, type, settle } = await open(['n1'], planned('s1', pods));
  expect(seen()).toEqual({});
  await type('- key: out\n  effect: NoExecute\n');
  expect(seen()).toBeNull();
  await settle();
  expect(seen()).toEqual({ 'u-n1': 's1' });
  expect(form.text()).toContain('2 Pods leave, and no PodDisruptionBudget is checked');
  expect(form.text()).toContain('shop/slow');
  expect(form.text()).toContain('after 30 s');
});
