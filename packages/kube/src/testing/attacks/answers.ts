import type { Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { sendJson } from '../fake-apiserver.ts';
import { flood, trickle } from '../flood.ts';
import { answering, begin, mebibyte, namesOnly, type Attack } from './attack.ts';

let bomb: Buffer | undefined;
const blanks = Buffer.alloc(65_536, 0x20);
const raw =
  (write: (socket: Socket) => void): Attack =>
  () => ({ handle: ({ socket }) => write(socket) });
const head = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n';

/** `unit` over and over up to `bytes`, within brackets. */
const listOf = (unit: string, bytes: number) => `[${`${unit},`.repeat(bytes / (unit.length + 1))}${unit}]`;
const keys = (bytes: number) => {
  const pairs: string[] = [];
  for (let length = 0; length < bytes;) length += pairs.push(`"${pairs.length.toString(36)}":1`) && 10;
  return `{${pairs.join()}}`;
};
const json = (text: () => string) => {
  let made: string | undefined;
  return answering((response) => begin(response).end((made ??= text())));
};
const html = (status: number, headers = {}) =>
  answering((response) => {
    response.writeHead(status, { 'content-type': 'text/html', ...headers }).end('<h1>secret-canary</h1>');
  });

/** Answers to one request that no apiserver gives. */
export const answerAttacks: Record<string, Attack> = {
  'nothing: a good cluster': answering((response) => sendJson(response, { major: '1' })),
  'an answer that never begins': answering(() => undefined),
  'a body of 10 GB': answering((response) => {
    let left = 10 * 1024 * mebibyte;
    flood(begin(response), () => ((left -= blanks.length) > 0 ? blanks : undefined));
  }),
  'a body of 10 GB in chunks of one byte': raw((socket) => {
    socket.write(`${head}transfer-encoding: chunked\r\n\r\n`);
    const chunks = Buffer.from('1\r\n \r\n'.repeat(10_000));
    flood(socket, () => chunks);
  }),
  'a body of one byte a second': answering((response) => trickle(begin(response), 1000, () => ' ')),
  'a chunk extension without end': raw((socket) => {
    socket.write(`${head}transfer-encoding: chunked\r\n\r\n1;`);
    flood(socket, () => 'x'.repeat(65_536));
  }),
  'a gzip bomb': answering((response) => {
    // members of one file may follow one another
    bomb ??= Buffer.concat(Array(64).fill(gzipSync(Buffer.alloc(16 * mebibyte, 0x20))));
    begin(response, 'application/json', { 'content-encoding': 'gzip' }).end(bomb);
  }),
  'headers without end': raw((socket) => {
    socket.write(head);
    let number = 0;
    flood(socket, () => `x-${(number += 1)}: ${'x'.repeat(1000)}\r\n`);
  }),
  'a header of one byte a second': raw((socket) => {
    socket.write(head);
    trickle(socket, 1000, () => 'x');
  }),
  '100 Continue without end': raw((socket) =>
    flood(socket, () => 'HTTP/1.1 100 Continue\r\n\r\n'.repeat(500)),
  ),
  '103 Early Hints without end': raw((socket) =>
    flood(socket, () => 'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n'.repeat(500)),
  ),
  '102 Processing of 10 KB without end': raw((socket) =>
    flood(socket, () => `HTTP/1.1 102 Processing\r\nx: ${'x'.repeat(10_000)}\r\n\r\n`.repeat(6)),
  ),
  '103 Early Hints again and again': raw((socket) =>
    trickle(socket, 5, () => 'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n'),
  ),
  'an answer cut in two': answering((response) => {
    begin(response, 'application/json', { 'content-length': '100' }).write('{"a":');
    setTimeout(() => response.destroy(), 50);
  }),
  'two answers to one question': raw((socket) => {
    const answer = (text: string) => `${head}content-length: ${text.length}\r\n\r\n${text}`;
    socket.write(answer('{"number":1}') + answer('{"number":2}'));
  }),
  'a redirect': () => ({
    handle: (request, response) => {
      const location = `https://${request.headers.host}/elsewhere`;
      response.writeHead(302, { location, 'content-type': 'text/html' }).end('secret-canary');
    },
  }),
  '403 with a page': html(403),
  '502 with a page': html(502),
  '404 with a page': html(404),
  '200 with a page': html(200),
  'JSON that calls itself a page': answering((response) => begin(response, 'text/html').end('{"major":"1"}')),
  'JSON that breaks off': json(() => '{"secret-canary"'),
  'JSON that is a text': json(() => '"secret-canary"'),
  'JSON that is null': json(() => 'null'),
  '500 with a body of 10 GB': answering((response) => {
    response.writeHead(500, { 'content-type': 'application/json' });
    flood(response, () => blanks);
  }),
  '500 with a body of one byte a second': answering((response) => {
    response.writeHead(500, { 'content-type': 'application/json' });
    trickle(response, 1000, () => ' ');
  }),
  'JSON of nothing but names': json(namesOnly),
  'JSON of ten million empty objects': json(() => listOf('{}', 30 * mebibyte)),
  'JSON of a million empty lists': json(() => listOf('[]', 3 * mebibyte)),
  'JSON of three million numbers': json(() => listOf('1', 6 * mebibyte)),
  'JSON of a million keys': json(() => keys(10 * mebibyte)),
  'JSON that is a million levels deep': json(() => '['.repeat(mebibyte) + ']'.repeat(mebibyte)),
  'JSON that is 100,000 levels deep': json(() => `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`),
};
