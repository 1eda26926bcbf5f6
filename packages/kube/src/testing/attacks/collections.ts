import type { ServerResponse } from 'node:http';
import { sendJson, sendStatus } from '../fake-apiserver.ts';
import { largestObject } from '../../objects/largest-object.ts';
import { flood, trickle } from '../flood.ts';
import { pod } from '../pods.ts';
import { begin, mebibyte, namesOnly, type Attack } from './attack.ts';

type Answer = (response: ServerResponse, url: URL) => void;
interface Collection {
  list?: Answer;
  watch?: Answer;
  /** A watch that begins with everything there is. */
  watchList?: Answer;
}

const refuse =
  (code: number, reason: string, headers = {}): Answer =>
  (response) =>
    sendStatus(response, code, reason, headers);
const silent: Answer = (response) => void begin(response);
const listOf = (response: ServerResponse, items: unknown[], next?: string, remainingItemCount?: number) =>
  sendJson(response, {
    kind: 'PodList',
    apiVersion: 'v1',
    metadata: { resourceVersion: '10', continue: next, remainingItemCount },
    items,
  });
const onePod: Answer = (response) => listOf(response, [pod('a', 1)]);

/** A server of pods; unless told otherwise one pod is there and nothing happens. */
const collection =
  (make: () => Collection): Attack =>
  () => {
    const { list = onePod, watch = silent, watchList = refuse(422, 'Invalid') } = make();
    return {
      handle: (_request, response, url) => {
        const { searchParams } = url;
        if (url.pathname === '/version') return sendJson(response, {});
        if (searchParams.has('sendInitialEvents')) return watchList(response, url);
        (searchParams.has('watch') ? watch : list)(response, url);
      },
    };
  };
const fixed = (answers: Collection): Attack => collection(() => answers);

const line = (type: string, object: unknown) => `${JSON.stringify({ type, object })}\n`;
const bookmark = (resourceVersion: number) =>
  line('BOOKMARK', { kind: 'Pod', metadata: { resourceVersion: String(resourceVersion) } });
/** Sends what `next` gives for the numbers from 1 on, many lines at a time. */
const events =
  (next: (number: number) => string): Answer =>
  (response) => {
    let number = 0;
    flood(begin(response), () => Array.from({ length: 100 }, () => next((number += 1))).join(''));
  };
const over = (times: number, first: Answer, then: Answer): Answer => {
  let count = 0;
  return (response, url) => ((count += 1) <= times ? first : then)(response, url);
};
/** A watch that works, and is lost. */
const shortWatch: Answer = (response) => {
  begin(response).write(bookmark(11));
  setTimeout(() => response.destroy(), 200);
};
/** A good server of one pod that answers everything in another way as soon as its first watch is over. */
const turned = (answer: Answer): Attack =>
  collection(() => {
    let isTurned = false;
    const first: Answer = (response, url) => {
      response.once('close', () => (isTurned = true));
      shortWatch(response, url);
    };
    return {
      list: (response, url) => (isTurned ? answer : onePod)(response, url),
      watch: (response, url) => (isTurned ? answer : first)(response, url),
      watchList: (response, url) => (isTurned ? answer : refuse(422, 'Invalid'))(response, url),
    };
  });
/** The page that is asked for of so many objects. */
const pages = (total: number, make: (number: number) => unknown): Answer => {
  return (response, url) => {
    const from = Number(url.searchParams.get('continue') ?? 0);
    const to = Math.min(total, from + Number(url.searchParams.get('limit') ?? total));
    const items = Array.from({ length: to - from }, (_, index) => make(from + index));
    listOf(response, items, to < total ? String(to) : undefined);
  };
};
/** A list's beginning; its items follow. */
const openList = (response: ServerResponse) => {
  begin(response).write('{"kind":"PodList","apiVersion":"v1","metadata":{"resourceVersion":"10"},"items":[');
  return response;
};
const bigPod = (number: number) => {
  const big = pod(`big-${number}`, number + 1);
  return { ...big, metadata: { ...big.metadata, annotations: { big: 'x'.repeat(1.5 * mebibyte) } } };
};
/** A pod of nothing but names. */
const namesPod = (name: string, resourceVersion: number) => {
  const { metadata } = pod(name, resourceVersion);
  return `{"apiVersion":"v1","kind":"Pod","metadata":${JSON.stringify(metadata)},"spec":{},"status":${namesOnly()}}`;
};
let count = 0;
const fullPage = (number: (at: number) => number) =>
  Array.from({ length: 500 }, (_, at) => number(at)).map((one) => pod(`p-${one}`, one + 1));

/** Collections that no apiserver has. */
export const collectionAttacks: Record<string, Attack> = {
  'a good collection': fixed({}),
  'a good collection of 500 pods': fixed({
    list: pages(500, (number) => pod(`p-${number}`, number + 1)),
    watch: (response) => trickle(begin(response), 1000, () => bookmark(1000)),
  }),
  'items of 1.5 MB': fixed({ list: pages(30, bigPod) }),
  'items of nothing but names': fixed({
    list: (response) => {
      openList(response);
      for (let number = 1; number <= 3; number++) {
        response.write(`${namesPod(`p-${number}`, number)}${number < 3 ? ',' : ']}'}`);
      }
      response.end();
    },
  }),
  'a continue that never ends': fixed({
    list: (response) => listOf(response, [pod(`p-${(count += 1)}`, count)], `token-${count}`),
  }),
  'more pages than it says there are': fixed({
    list: (response) =>
      listOf(
        response,
        fullPage(() => (count += 1)),
        `token-${count}`,
        700,
      ),
  }),
  'the same pods in page after page': fixed({
    list: (response) => {
      const items = fullPage((at) => at);
      listOf(response, items, `token-${(count += 1)}`, 400_000);
    },
  }),
  'pages without end, one after the other': fixed({
    list: (response) => {
      const items = fullPage(() => (count += 1));
      // so slowly that time runs out before memory does
      setTimeout(() => listOf(response, items, `token-${count}`, 400_000), 300);
    },
  }),
  'a continue that is always the same': fixed({
    // full pages, as an honest server's are
    list: (response) => listOf(response, Array(500).fill(pod('a', 1)), 'same'),
  }),
  'a continue with nothing before it': fixed({
    list: (response) => listOf(response, [], `token-${(count += 1)}`),
  }),
  'a continue of 4 MB': fixed({
    list: (response) => listOf(response, [pod('a', 1)], 'x'.repeat(4 * mebibyte)),
  }),
  'items without end': fixed({
    list: (response) =>
      flood(openList(response), () => `${JSON.stringify(pod(`p-${(count += 1)}`, count))},`),
  }),
  'an item without end': fixed({
    list: (response) => {
      openList(response).write('{"metadata":{"name":"');
      flood(response, () => 'x'.repeat(65_536));
    },
  }),
  'an item of ten million empty objects': fixed({
    list: (response) => {
      openList(response).write('{"metadata":{"name":"a","uid":"a","resourceVersion":"1"},"spec":[');
      response.end(`${'{},'.repeat(2 * mebibyte)}{}]}]}`);
    },
  }),
  'items of one byte a second': fixed({ list: (response) => trickle(openList(response), 1000, () => '{') }),
  'names of 1 MB': fixed({
    list: pages(3, (number) => pod(`${number}-${'x'.repeat(mebibyte)}`, number + 1)),
  }),
  'labels of 1 MB': fixed({
    list: pages(3, (number) => pod(`p-${number}`, number + 1, { labels: { app: 'x'.repeat(mebibyte) } })),
  }),
  'a list that is refused with 500 ten times': collection(() => ({
    list: over(10, refuse(500, 'InternalError'), onePod),
  })),
  'a list that is refused with 429 and Retry-After': collection(() => ({
    list: over(1, refuse(429, 'TooManyRequests', { 'retry-after': '1' }), onePod),
  })),
  'a list that is refused with 429 and a Retry-After of a year': collection(() => ({
    list: over(1, refuse(429, 'TooManyRequests', { 'retry-after': '31536000' }), onePod),
  })),
  'a list that expires at its second page': fixed({
    list: (response, url) =>
      url.searchParams.has('continue')
        ? sendStatus(response, 410, 'Expired')
        : listOf(response, [pod('a', 1)], 'next'),
  }),

  'one event for ever': fixed({ watch: events(() => line('MODIFIED', pod('a', 12))) }),
  'versions that go back': fixed({
    watch: events((number) => line('MODIFIED', pod('a', number % 2 ? 12 : 5))),
  }),
  'a uid that changes without a delete': fixed({
    watch: events((number) => line('MODIFIED', pod('a', 12 + number, { uid: `uid-${number}` }))),
  }),
  'texts of 1 MB that are always others': fixed({
    watch: events((number) =>
      number % 100
        ? ''
        : line('MODIFIED', pod('a', 12 + number, { node: `${number}-${'x'.repeat(mebibyte)}` })),
    ),
  }),
  'labels of 60 KB that are always others': fixed({
    watch: events((number) =>
      line('MODIFIED', pod('a', 12 + number, { labels: { app: `${number}-${'x'.repeat(60_000)}` } })),
    ),
  }),
  'events of nothing but names': fixed({
    watch: (response) => {
      let number = 10;
      flood(begin(response), () => `{"type":"MODIFIED","object":${namesPod('a', (number += 1))}}\n`);
    },
  }),
  'bookmarks without end': fixed({ watch: events((number) => bookmark(10 + number)) }),
  'blank lines without end': fixed({ watch: events(() => '\n'.repeat(100)) }),
  'new objects without end': fixed({
    watch: events((number) => line('ADDED', pod(`p-${number}`, 10 + number))),
  }),
  'new objects of 1 MB without end': fixed({
    watch: events((number) =>
      number % 100 ? '' : line('ADDED', pod(`p-${number}`, 10 + number, { node: 'x'.repeat(mebibyte) })),
    ),
  }),
  'an event without end': fixed({ watch: (response) => flood(begin(response), () => 'x'.repeat(65_536)) }),
  'an event that is ten bytes too large': fixed({
    watch: (response) => {
      const small = line('ADDED', pod('b', 12, { node: '' }));
      const rest = largestObject + 10 - (small.length - 1);
      begin(response).write(line('ADDED', pod('b', 12, { node: 'x'.repeat(rest) })));
    },
  }),
  'an event of one byte a second': fixed({ watch: (response) => trickle(begin(response), 100, () => '{') }),
  'events of ten million empty objects': fixed({
    watch: (response) =>
      flood(begin(response), () => `{"type":"ADDED","object":[${'{},'.repeat(1_400_000)}{}]}\n`),
  }),
  'an end at once, every time': fixed({ watch: (response) => begin(response).end() }),
  'a cut at once, every time': fixed({
    watch: (response) => {
      begin(response);
      setTimeout(() => response.destroy(), 5);
    },
  }),
  'a watch that is expired every time': fixed({
    watch: (response) =>
      begin(response).end(
        line('ERROR', { kind: 'Status', code: 410, reason: 'Expired', message: 'too old' }),
      ),
  }),
  'a watch that is refused with 410 every time': fixed({ watch: refuse(410, 'Expired') }),
  'a watch that is refused with 500 ten times': collection(() => ({
    watch: over(10, refuse(500, 'InternalError'), silent),
  })),
  'a watch that is refused with 429 and Retry-After': collection(() => ({
    watch: over(1, refuse(429, 'TooManyRequests', { 'retry-after': '1' }), silent),
  })),

  'a page in the place of everything, after a while': turned((response) =>
    response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Sign in</h1>'),
  ),
  'a page that calls itself JSON in the place of everything, after a while': turned((response) =>
    begin(response).end('<h1>Sign in</h1>'),
  ),
  'silence behind every good head, after a while': turned(silent),
  'one byte a second behind every good head, after a while': turned((response) =>
    trickle(begin(response), 1000, () => ' '),
  ),
  'half an event behind every good head, after a while': turned((response) =>
    begin(response).write('{"type":"MODIFIED","object":{"kind":"Pod","metadata":{"name":"a"'),
  ),
  'silence behind the head of every watch, after a while': collection(() => ({
    watch: over(1, shortWatch, silent),
  })),
  'an end behind the head of every watch, after a while': collection(() => ({
    watch: over(1, shortWatch, (response) => void begin(response).end()),
  })),
  'nodes in the place of pods, for a while': collection(() => ({
    list: over(
      3,
      (response) =>
        sendJson(response, {
          kind: 'NodeList',
          apiVersion: 'v1',
          metadata: { resourceVersion: '10' },
          items: [pod('node', 1)],
        }),
      onePod,
    ),
  })),
  'a list that says at its end that it is one of nodes': fixed({
    list: (response) =>
      begin(response).end(
        `{"items":[${JSON.stringify(pod('node', 1))}],"metadata":{"resourceVersion":"10"},"kind":"NodeList","apiVersion":"v1"}`,
      ),
  }),
  'a node among the pods': fixed({
    list: (response) => listOf(response, [pod('a', 1), { ...pod('node', 2), kind: 'Node' }]),
  }),
  'pods of another group': fixed({
    list: (response) => listOf(response, [{ ...pod('a', 1), apiVersion: 'evil.example/v1' }]),
  }),
  'an event about a node': fixed({
    watch: (response) => begin(response).write(line('ADDED', { ...pod('node', 12), kind: 'Node' })),
  }),
  'some objects that are none': fixed({
    list: (response) =>
      listOf(response, [
        pod('a', 1),
        null,
        { kind: 'Pod' },
        { ...pod('no-version', 2), metadata: { name: 'no-version', namespace: 'demo', uid: 'x' } },
        { ...pod('no-spec', 3), spec: null },
        pod('b', 4),
      ]),
    watch: (response) =>
      begin(response).write(
        line('MODIFIED', { kind: 'Pod', metadata: { name: 'b', namespace: 'demo' } }) +
          line('MODIFIED', { ...pod('no-spec', 13), spec: { nodeName: 'node-1' } }) +
          line('ADDED', pod('c', 14)),
      ),
  }),
  'one uid for all': fixed({
    list: (response) =>
      listOf(
        response,
        ['a', 'b', 'c'].map((name, at) => pod(name, at + 1, { uid: 'same' })),
      ),
    watch: (response) =>
      begin(response).write(
        line('MODIFIED', pod('b', 12, { uid: 'same', node: 'node-2' })) +
          line('DELETED', pod('c', 13, { uid: 'same' })),
      ),
  }),
  'half an event that stays half': fixed({
    watch: (response) => begin(response).write(line('MODIFIED', pod('a', 12)).slice(0, 40)),
  }),

  'initial events without end': fixed({
    watchList: events((number) => line('ADDED', pod(`p-${number}`, number))),
  }),
  'initial events that say nothing of their end': fixed({
    watchList: (response) => begin(response).write(line('ADDED', pod('a', 1))),
  }),
  'initial events that never come': fixed({ watchList: silent }),
};
