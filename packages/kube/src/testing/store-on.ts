import type { ServerResponse } from 'node:http';
import { onTestFinished } from 'vitest';
import { ObjectStore } from '../store/object-store.ts';
import type { ReflectorTiming } from '../store/reflector.ts';
import type { StoreRow } from '../store/store-row.ts';
import type { ConnectOptions } from '../transport/connection.ts';
import { sendJson, sendStatus, startFakeApiserver } from './fake-apiserver.ts';
import { podRow, pods } from './pods.ts';

const quick: ReflectorTiming = {
  aliveCheckMs: 60_000,
  idleMs: 60_000,
  firstMs: 20,
  mostMs: 40,
  deniedMs: 30,
  listMs: 60_000,
};

export type Answer = (response: ServerResponse, url: URL) => void;

/** Answers in turn, the last one for all further requests. */
export interface Answers {
  lists?: Answer[];
  watches?: Answer[];
  /** Of watches that begin with everything; without them the server knows no such thing. */
  initial?: Answer[];
  /** Of lists of one object, which ask whether the server is right again; default: it is. */
  pieces?: Answer[];
}

/** A store of pods, started, on a server that answers as told; both end with the test. */
export async function storeOn(
  { lists = [], watches = [], initial, pieces = [list('9999', [])] }: Answers,
  timing: Partial<ReflectorTiming> = {},
  options: Partial<ConnectOptions> = {},
) {
  const server = await startFakeApiserver({
    handle: (_request, response, url) => {
      if (url.pathname === '/version') return sendJson(response, {});
      const { searchParams } = url;
      const isInitial = searchParams.has('sendInitialEvents');
      if (isInitial && !initial) return sendStatus(response, 422, 'Invalid');
      const isPiece = searchParams.get('limit') === '1';
      const listing = isPiece ? pieces : lists;
      const answers = (isInitial ? initial : searchParams.has('watch') ? watches : listing) ?? [];
      const answer = answers.length > 1 ? answers.shift() : answers[0];
      answer?.(response, url);
    },
  });
  onTestFinished(server.close);
  const store = new ObjectStore<StoreRow>({
    connection: server.connect(options),
    resource: pods,
    selection: { kind: 'Pod' },
    project: podRow,
    timing: { ...quick, ...timing },
  });
  onTestFinished(() => store.stop());
  store.start();
  const urls = (part: string) => server.requests.filter((request) => request.includes(part));
  return {
    server,
    store,
    names: () => store.page({ page: 1, pageSize: 500 }).items.map(({ name }) => name),
    initialUrls: () => urls('sendInitialEvents'),
    watchUrls: () => urls('&resourceVersion='),
    listUrls: () => urls('limit=500'),
  };
}

export function list(resourceVersion: string, items: unknown[], next?: string): Answer {
  const metadata = { resourceVersion, continue: next };
  return (response) => sendJson(response, { kind: 'PodList', apiVersion: 'v1', metadata, items });
}

export function refuse(code: number, reason: string, headers = {}): Answer {
  return (response) => sendStatus(response, code, reason, headers);
}

/** Sends events and keeps the watch open, or ends it. */
export function watch(events: { type: string; object: unknown }[], { end = false } = {}): Answer {
  return (response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.write(events.map((event) => `${JSON.stringify(event)}\n`).join(''));
    if (end) setTimeout(() => response.end(), 20);
  };
}

export function bookmark(resourceVersion: string, annotations?: Record<string, string>) {
  return { type: 'BOOKMARK', object: { kind: 'Pod', metadata: { resourceVersion, annotations } } };
}

export const expired = {
  type: 'ERROR',
  object: { kind: 'Status', code: 410, reason: 'Expired', message: 'too old' },
};
