import { flushPromises, mount } from '@vue/test-utils';
import { afterEach, expect, test, vi } from 'vitest';
import { h } from 'vue';
import { createI18n } from 'vue-i18n';
import { WireSocket } from '../../api/streams/wire-socket.ts';
import { messages } from '../../app/i18n/en-US/index.ts';
import { readLogOptions } from './log-options.ts';
import LogLineText from './LogLineText.vue';
import LogViewer from './LogViewer.vue';

let close = () => undefined as void;
afterEach(() => close());

const nextFrame = () => new Promise((settle) => setTimeout(settle, 40));

async function open() {
  const socket = new WireSocket();
  const wrapper = mount(LogViewer, {
    props: {
      open: () => Promise.resolve(socket.socket),
      source: 'u/app',
      isDark: false,
      options: readLogOptions({}),
    },
    attachTo: document.body,
    global: {
      plugins: [createI18n({ legacy: false, locale: 'en-US', messages: { 'en-US': messages } })],
    },
  });
  close = () => wrapper.unmount();
  await flushPromises();
  socket.opened();
  socket.says({ type: 'source', source: 0, pod: 'web', container: 'app', cursor: 'c0' });
  const say = async (message: object) => {
    socket.says(message);
    await nextFrame();
    await flushPromises();
  };
  const line = (text: string) =>
    say({ type: 'lines', runs: [[0, `2026-01-01T00:00:00Z ${text}\n`]], cursors: [[0, text]] });
  const button = (name: string) => wrapper.get(`button[aria-label="${name}"]`);
  return { wrapper, say, line, button, state: () => wrapper.get('[data-testid="log-state"]').text() };
}

test('it pauses by a button, says so, counts what comes, and follows again', async () => {
  const { wrapper, line, button, state } = await open();
  await line('one');
  expect(state()).toBe('Following');
  await button('Pause').trigger('click');
  expect(state()).toBe('Paused');
  await line('two');
  await line('three');
  expect(wrapper.get('.log-new').text()).toBe('2 new lines');
  // the end being in sight does not undo the pause
  await wrapper.get('[data-testid="log"]').trigger('scroll');
  expect(state()).toBe('Paused');
  await button('Follow again').trigger('click');
  expect(state()).toBe('Following');
});

test('below lines that are there nobody is told that there is no log yet', async () => {
  const { wrapper, say, line } = await open();
  await say({ type: 'waiting', source: 0, message: 'ContainerCreating' });
  expect(wrapper.text()).toContain('There is no log yet');
  await line('one');
  await say({ type: 'waiting', source: 0, message: 'CrashLoopBackOff' });
  expect(wrapper.text()).not.toContain('There is no log yet');
  expect(wrapper.text()).toContain('No more log lines at the moment');
});

test('markup in a line is text, and nothing of it is an element', () => {
  const lines = [
    '[payload=<Order><Code>OK</Code></Order>] &lt;b&gt; &amp; done',
    '<script>document.title="pwned"</script><img src=x onerror="document.title=1">',
    '<details>hidden',
  ];
  for (const needle of ['', 'e']) {
    for (const raw of lines) {
      const { element } = mount({ render: () => h('p', h(LogLineText, { raw, needle })) });
      expect(element.textContent).toBe(raw);
      const tags = [...element.querySelectorAll('*')].map(({ tagName }) => tagName);
      expect(new Set(tags)).toEqual(new Set(needle === '' ? ['SPAN'] : ['SPAN', 'MARK']));
    }
  }
});

test('the download is of what is shown, or of all', async () => {
  const { wrapper, line, button } = await open();
  await line('one');
  const offered = () => [...document.querySelectorAll<HTMLElement>('.ant-dropdown [role=menuitem]')];
  for (const words of ['Download what is shown', 'The whole log']) {
    await button('Download').trigger('click');
    await vi.waitFor(() => expect(offered().map((item) => item.textContent)).toContain(words));
    offered()
      .find((item) => item.textContent === words)
      ?.click();
    await flushPromises();
  }
  const asked = wrapper.emitted('download') as [unknown, () => Uint8Array, string][];
  expect(asked.map(([, , what]) => what)).toEqual(['shown', 'whole']);
  expect(new TextDecoder().decode(asked[0]?.[1]())).toBe('2026-01-01T00:00:00Z one\n');
});
