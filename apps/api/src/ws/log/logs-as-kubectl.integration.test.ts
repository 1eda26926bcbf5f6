import { needsRealNode } from '@pilothouse/control-plane/testing';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { startStreamWorld, type StreamWorld } from '../testing/stream-world.ts';

const namespace = 'streams-as-kubectl';
const image = 'localhost/busybox:1';
let world: StreamWorld;

/** What other consoles were reported to show otherwise than it was written. */
const scripts = {
  returns: String.raw`printf 'line 1\r\r\n'; printf 'step 1/3\rstep 2/3\rstep 3/3\n\r\nx\r\ry\ntick 1\rtick 2\r\nlast\n'`,
  long: String.raw`for n in 20000 100000 2000000; do head -c $n /dev/zero | tr '\0' y; echo " end of $n"; done; echo last`,
  markup: `echo '[payload=<Order><Code>OK</Code></Order>] &lt;b&gt; &amp; done'; echo '<script>document.title="pwned"</script><img src=x onerror="document.title=1">'; echo '<details>hidden'; echo last`,
  blanks: String.raw`printf 'Cluster:\n  Network:\n\tat com.example.Foo(Foo.java:1)\nA    B      C\n\n   \n\ntrailing   \nlast\n'`,
  windows: String.raw`printf 'line 1\r\nline 2\r\n\r\nline 4\r\n'`,
  letters: String.raw`i=0; while [ $i -lt 400 ]; do echo "$i 在容器里输入中文日志，连接数据库失败😀 é"; i=$((i+1)); done; echo last`,
  colours: String.raw`printf '\033[1;31mERR\033[0m\n\033[38;5;208morange\033[0m \033[38;2;10;20;200mblue\033[0m\n\033[2K\033[1Gcleared\n\033]0;title\007osc\n\033]8;;http://example.com\033\\link\033]8;;\033\\\nhalf \033[\nlast\n'`,
};

const main = (command: string, more: object = {}) => ({
  name: 'main',
  image,
  command: ['sh', '-c', command],
  ...more,
});
const pod = (name: string, spec: object) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace },
  spec: { nodeName: 'node-1', terminationGracePeriodSeconds: 1, ...spec },
});

const pods = [
  pod('failed', {
    restartPolicy: 'Never',
    containers: [main("echo 'nginx: [emerg] host not found'; exit 1")],
  }),
  pod('loop', { containers: [main('echo start; sleep 1; echo dying; exit 7')] }),
  // beside an init container that fails another one of it goes on
  pod('init-fails', {
    initContainers: [
      main('echo side says hello; exec sleep 3600', { name: 'side', restartPolicy: 'Always' }),
      main('echo migrate: no such table; exit 2', { name: 'migrate' }),
    ],
    containers: [main('echo app')],
  }),
];

beforeAll(async () => {
  const waiting = Object.entries(scripts).map(([name, text]) => [name, `${text}; exec sleep 3600`]);
  const started = await startStreamWorld(namespace, Object.fromEntries(waiting));
  if (started === undefined) return;
  world = started;
  await world.cluster.apply(JSON.stringify({ apiVersion: 'v1', kind: 'List', items: pods }));
});
afterAll(() => world?.stop());

beforeEach(needsRealNode);

const ours = async (name: string, query: string) =>
  (await world.api.admin.get(`/clusters/here/k8s/core/pods/${namespace}/${name}/log?${query}`))
    .body as unknown;
const kubectls = (name: string, ...more: string[]) =>
  world.cluster.kubectl('logs', '-n', namespace, name, ...more);

test.each(Object.keys(scripts))('the log of %s is what kubectl prints', async (name) => {
  await expect.poll(() => kubectls(name)).toMatch(/(last|line 4\r?)\n$/);
  expect(await ours(name, 'container=main')).toBe(await kubectls(name));
});

test('a pod that failed, and the run before in a crash loop', async () => {
  const failed = () => ours('failed', 'container=main');
  await expect.poll(failed).toBe('nginx: [emerg] host not found\n');
  const before = () => ours('loop', 'container=main&previous=true');
  await expect.poll(before).toBe('start\ndying\n');
});

test('containers of a pod whose init container fails', async () => {
  await expect.poll(() => ours('init-fails', 'container=side')).toBe('side says hello\n');
  await expect.poll(() => ours('init-fails', 'container=migrate')).toBe('migrate: no such table\n');
  const state = await world.api.admin.get(
    `/clusters/here/k8s/core/pods/${namespace}/init-fails/log?container=main`,
  );
  expect(state).toMatchObject({ status: 409, body: { error: { code: 'containerNotStarted' } } });
});

test('a container that is not in the pod: the pod’s own are named', async () => {
  const path = `/clusters/here/k8s/core/pods/${namespace}/init-fails/log?container=nope`;
  expect(await world.api.admin.get(path)).toMatchObject({
    status: 404,
    body: {
      error: {
        code: 'noSuchContainer',
        params: { container: 'nope', containers: expect.stringMatching(/main.*side|side.*main/s) },
      },
    },
  });
});
