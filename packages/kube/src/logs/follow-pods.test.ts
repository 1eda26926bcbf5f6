import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { sendJson, sendStatus, startFakeApiserver, type FakeApiserver } from '../testing/fake-apiserver.ts';
import type { ClusterConnection } from '../transport/connection.ts';
import { followPods, mostSources, type FollowPodsOptions, type PodsLogEvent } from './follow-pods.ts';
import { formatCursor, parseCursor, type LogCursor } from './log-cursor.ts';
import { LogHub } from './log-hub.ts';

/** Pods that come and go on demand, and log what a test writes. */
class Scene {
  readonly pods = new Map<string, { uid: string; lines: string[]; readers: Set<ServerResponse> }>();
  readonly watches = new Set<ServerResponse>();
  readonly reads: URL[] = [];
  /** Milliseconds until a pod's log is answered, as on a cluster under load. */
  readonly delays = new Map<string, number>();
  #version = 1;

  handle(response: ServerResponse, url: URL): void {
    const [, , , , , , name, subresource] = url.pathname.split('/');
    if (subresource === 'log') {
      setTimeout(() => this.#log(response, url, name ?? ''), this.delays.get(name ?? '') ?? 0);
      return;
    }
    if (name !== undefined) return this.#get(response, name);
    if (url.searchParams.has('sendInitialEvents')) return sendStatus(response, 400, 'BadRequest');
    if (!url.searchParams.has('watch')) return this.#list(response);
    response.writeHead(200, { 'content-type': 'application/json' }).flushHeaders();
    this.watches.add(response);
  }

  start(name: string, uid = `uid-${name}`): void {
    this.pods.set(name, { uid, lines: [], readers: new Set() });
    this.#tell('ADDED', name);
  }

  write(name: string, atMs: number, text: string): void {
    const pod = this.pods.get(name)!;
    const line = `${new Date(1_800_000_000_000 + atMs).toISOString().replace('Z', '000000Z')} ${text}\n`;
    pod.lines.push(line);
    for (const reader of pod.readers) reader.write(line);
  }

  stop(name: string): void {
    const pod = this.pods.get(name)!;
    for (const reader of pod.readers) reader.end();
    this.#tell('DELETED', name);
    this.pods.delete(name);
  }

  /** Cuts every stream, as a restart of the apiserver does. */
  cut(): void {
    for (const { readers } of this.pods.values()) for (const reader of readers) reader.destroy();
    for (const watch of this.watches) watch.destroy();
  }

  object(name: string) {
    const { uid } = this.pods.get(name)!;
    return {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace: 'demo', uid, resourceVersion: String(this.#version) },
      spec: { containers: [{ name: 'main' }, { name: 'proxy' }] },
      status: { containerStatuses: [{ name: 'main', restartCount: 0, state: { running: {} } }] },
    };
  }

  #list(response: ServerResponse): void {
    const items = [...this.pods.keys()].map((name) => this.object(name));
    sendJson(response, {
      kind: 'PodList',
      apiVersion: 'v1',
      metadata: { resourceVersion: String(this.#version) },
      items,
    });
  }

  #get(response: ServerResponse, name: string): void {
    if (this.pods.has(name)) sendJson(response, this.object(name));
    else sendStatus(response, 404, 'NotFound');
  }

  #log(response: ServerResponse, url: URL, name: string): void {
    this.reads.push(url);
    const pod = this.pods.get(name);
    if (pod === undefined) return sendStatus(response, 404, 'NotFound');
    const since = url.searchParams.get('sinceTime') ?? '';
    const tail = Number(url.searchParams.get('tailLines') ?? pod.lines.length);
    response.writeHead(200).flushHeaders();
    for (const line of pod.lines.slice(Math.max(0, pod.lines.length - tail))) {
      if (line > since) response.write(line);
    }
    pod.readers.add(response);
    response.once('close', () => pod.readers.delete(response));
  }

  #tell(type: string, name: string): void {
    this.#version += 1;
    const event = `${JSON.stringify({ type, object: this.object(name) })}\n`;
    for (const watch of this.watches) watch.write(event);
  }
}

let scene: Scene;
let server: FakeApiserver;
const stops: AbortController[] = [];

beforeEach(async () => {
  scene = new Scene();
  server = await startFakeApiserver({ handle: (_request, response, url) => scene.handle(response, url) });
});
afterEach(async () => {
  for (const stop of stops.splice(0)) stop.abort();
  await server.close();
});

/** Follows in the background; what came reads like `a:text`, `+a`, `-a`. */
function follow(options: Partial<FollowPodsOptions> = {}) {
  const stop = new AbortController();
  stops.push(stop);
  const connection = server.connect();
  const names: string[] = [];
  const cursors = new Map<string, LogCursor>();
  const seen: string[] = [];
  const read = (event: PodsLogEvent) => {
    if (event.type === 'source') {
      names[event.source] = event.cursor.pod;
      cursors.set(event.cursor.pod, event.cursor);
      return `+${event.cursor.pod}`;
    }
    if (event.type === 'omitted') return `omitted ${event.pods}`;
    if (event.type === 'empty') return 'empty';
    if (event.type === 'lines') {
      for (const [source, cursor] of event.cursors) cursors.set(names[source]!, cursor);
      return event.runs.flatMap(([source, text]) =>
        Array.from(text.matchAll(/ (.*)\n/g), ([, line]) => `${names[source]}:${line}`),
      );
    }
    const name = event.source === null ? '*' : names[event.source]!;
    if (event.type === 'left') cursors.delete(name);
    return event.type === 'left' ? `-${name}` : `${event.type} ${name}`;
  };
  const done = (async () => {
    const events = followPods({
      namespace: 'demo',
      selector: { labelSelector: 'app=web' },
      start: { tailLines: 100 },
      cursors: [],
      hub: new LogHub(),
      keyOf: ({ uid, container }) => `${uid}/${container}`,
      access: { connection: () => connection },
      room: () => 1000,
      signal: stop.signal,
      ...options,
    });
    for await (const event of events) seen.push(...[read(event)].flat());
  })();
  done.catch(() => {});
  const resumable = () => [...cursors.values()].map((cursor) => parseCursor(formatCursor(cursor))!);
  return { seen, done, stop: () => stop.abort(), resumable };
}

const timeout = 8000;

test('merges what is there by time, then follows; pods join whole and leave when all is shown', async () => {
  for (const name of ['a', 'b']) scene.start(name);
  scene.write('a', 1, 'one');
  scene.write('b', 2, 'two');
  scene.write('a', 3, 'three');
  const { seen } = follow();
  await expect.poll(() => seen, { timeout }).toEqual(['+a', '+b', 'a:one', 'b:two', 'a:three']);
  expect(scene.reads.map(({ searchParams }) => searchParams.get('container'))).toEqual(['main', 'main']);
  seen.length = 0;
  scene.start('c');
  scene.write('c', 4, 'c’s first');
  await expect.poll(() => seen, { timeout }).toEqual(['+c', 'c:c’s first']);
  expect(scene.reads.at(-1)?.searchParams.get('tailLines')).toBeNull();
  seen.length = 0;
  scene.write('a', 5, 'last words');
  scene.stop('a');
  await expect.poll(() => seen, { timeout }).toEqual(['a:last words', '-a']);
});

test('the first lines of slow pods are waited for while pod after pod begins, a silent one is not', async () => {
  for (const [index, name] of ['a', 'b', 'c', 'd'].entries()) {
    scene.start(name);
    scene.delays.set(name, index * 1500);
    if (name === 'd') continue;
    scene.write(name, 10 - index, 'first');
    scene.write(name, 20 - index, 'second');
  }
  const { seen } = follow();
  const order = ['c:first', 'b:first', 'a:first', 'c:second', 'b:second', 'a:second'];
  await expect.poll(() => seen.filter((each) => each.includes(':')), { timeout }).toEqual(order);
});

test('a cut of everything loses nothing and repeats nothing', async () => {
  for (const name of ['a', 'b']) scene.start(name);
  const { seen } = follow();
  const expected: string[] = [];
  for (let round = 0; round < 4; round++) {
    for (const name of ['a', 'b']) {
      scene.write(name, round * 10, `${round}`);
      expected.push(`${name}:${round}`);
    }
    await expect.poll(() => seen.toSorted(), { timeout }).toEqual(expect.arrayContaining(expected));
    scene.cut();
  }
  const lines = seen.filter((line) => line.includes(':'));
  expect(lines.toSorted()).toEqual(expected.toSorted());
});

test('goes on behind the cursors of another stream; says what has vanished meanwhile', async () => {
  for (const name of ['a', 'b', 'quiet']) scene.start(name);
  scene.write('a', 1, 'one');
  scene.write('b', 2, 'two');
  const first = follow();
  await expect.poll(() => first.seen, { timeout }).toEqual(['+a', '+b', '+quiet', 'a:one', 'b:two']);
  first.stop();
  scene.write('a', 3, 'three');
  scene.write('quiet', 4, 'four');
  scene.stop('b');
  scene.start('late');
  scene.write('late', 5, 'five');
  const second = follow({ cursors: first.resumable(), start: { tailLines: 0 } });
  await expect.poll(() => second.seen.filter((line) => line.includes(':')), { timeout }).toHaveLength(3);
  expect(second.seen).toEqual([
    '+a',
    '+quiet',
    '+b',
    'gap b',
    '-b',
    '+late',
    'a:three',
    'quiet:four',
    'late:five',
  ]);
});

test('a pod replaced by one of the same name is another log', async () => {
  scene.start('a');
  scene.write('a', 1, 'old');
  const { seen } = follow();
  await expect.poll(() => seen, { timeout }).toEqual(['+a', 'a:old']);
  scene.stop('a');
  scene.start('a', 'uid-2');
  scene.write('a', 2, 'new');
  await expect.poll(() => seen.slice(2).toSorted(), { timeout }).toEqual(['+a', '-a', 'a:new']);
});

test('follows so many and counts the others, which join as others leave', async () => {
  for (let count = 0; count < mostSources + 2; count++) scene.start(`p${count}`);
  const { seen } = follow();
  await expect.poll(() => seen, { timeout }).toContain('omitted 2');
  expect(seen.filter((event) => event.startsWith('+'))).toHaveLength(mostSources);
  scene.stop('p0');
  await expect.poll(() => seen, { timeout }).toContain(`+p${mostSources}`);
  expect(seen.slice(-3)).toEqual(expect.arrayContaining(['-p0', 'omitted 1']));
});

test('what an earlier stream followed comes before what it left out', async () => {
  for (let count = 0; count < mostSources; count++) scene.start(`p${count}`);
  const first = follow();
  await expect.poll(() => first.seen.length, { timeout }).toBe(mostSources);
  first.stop();
  const pods = [...scene.pods];
  scene.pods.clear();
  scene.start('before-them');
  for (const [name, pod] of pods) scene.pods.set(name, pod);
  const second = follow({ cursors: first.resumable() });
  await expect.poll(() => second.seen, { timeout }).toContain('omitted 1');
  expect(second.seen.toSorted()).toEqual(['omitted 1', ...first.seen].toSorted());
});

test('named pods: those that are there, until they have ended', async () => {
  for (const name of ['a', 'b', 'other']) scene.start(name);
  scene.write('a', 1, 'one');
  const { seen, done } = follow({ selector: { pods: ['a', 'b', 'missing'] } });
  await expect.poll(() => seen, { timeout }).toEqual(['+a', '+b', 'a:one']);
  scene.stop('a');
  scene.stop('b');
  await done;
  expect(seen.slice(3).toSorted()).toEqual(['-a', '-b']);
});

test('another connection in the place of the first: nothing is missed, no pod and no line', async () => {
  scene.start('a');
  scene.start('b');
  let connection: ClusterConnection | undefined = server.connect();
  const access = {
    connection: () => {
      if (connection === undefined) throw new Error('removed');
      return connection;
    },
  };
  const { seen, done } = follow({ access });
  await expect.poll(() => seen, { timeout }).toEqual(['+a', '+b']);
  const first = connection;
  const second = server.connect();
  connection = second;
  await first.close();
  scene.write('a', 1, 'one');
  scene.stop('b');
  scene.start('c');
  const news = () => seen.slice(2).filter((event) => !event.startsWith('waiting'));
  await expect.poll(() => news().toSorted(), { timeout }).toEqual(['+c', '-b', 'a:one']);
  connection = undefined;
  await second.close();
  await expect(done).rejects.toThrow('removed');
});

test('a container by name; pods without it are left alone, and a selection of none says so', async () => {
  scene.start('a');
  const { seen } = follow({ container: 'proxy' });
  const none = follow({ container: 'nothing' });
  await expect.poll(() => seen, { timeout }).toContain('+a');
  await expect.poll(() => none.seen, { timeout }).toEqual(['empty']);
});

test('a refusal ends it with the cluster’s words', async () => {
  scene.handle = (response) => sendStatus(response, 403, 'Forbidden');
  await expect(follow().done).rejects.toMatchObject({ status: 403, message: 'it is Forbidden' });
});

test('a pod that is not admitted is not told of and not read; whether it is is asked until somebody knows', async () => {
  for (const name of ['mine', 'copied', 'slow']) scene.start(name);
  scene.write('mine', 1, 'one');
  scene.write('copied', 2, 'secret');
  scene.write('slow', 3, 'late');
  let asked = 0;
  const admits = async ({ name }: { name: string }) => {
    if (name === 'slow' && asked++ === 0) throw new Error('no answer');
    return name !== 'copied';
  };
  const { seen } = follow({ admits });
  const first = ['waiting *', '+mine', '+slow', 'mine:one', 'slow:late'];
  await expect.poll(() => seen, { timeout }).toEqual(first);
  scene.start('later');
  scene.write('later', 4, 'joins');
  await expect.poll(() => seen.slice(first.length), { timeout }).toEqual(['+later', 'later:joins']);
  expect(scene.reads.map(({ pathname }) => pathname.split('/')[6])).not.toContain('copied');
});

test('another pod that has the name of an admitted one by now is not followed', async () => {
  scene.start('a');
  scene.write('a', 1, 'one');
  const { seen } = follow({ selector: { pods: ['a'] }, admits: async () => true });
  await expect.poll(() => seen, { timeout }).toEqual(['+a', 'a:one']);
  const readers = [...scene.pods.get('a')!.readers];
  scene.start('a', 'uid-other');
  scene.write('a', 2, 'secret');
  for (const reader of readers) reader.end();
  await expect.poll(() => seen, { timeout }).toEqual(['+a', 'a:one', '-a']);
});
