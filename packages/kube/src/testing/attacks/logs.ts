import { flood, trickle } from '../flood.ts';
import { answering, begin, mebibyte, type Attack } from './attack.ts';

const time = '2026-11-21T03:08:11.123456789Z';
const log = (write: (response: ReturnType<typeof begin>) => void): Attack =>
  answering((response, url) => {
    if (url.pathname === '/version')
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    else write(begin(response, 'text/plain'));
  });
const lines = `${time} ${'x'.repeat(100)}\n`.repeat(500);

/** Logs that no container writes. */
export const logAttacks: Record<string, Attack> = {
  'a line of 10 MB': log((response) => response.end(`${time} ${'x'.repeat(10 * mebibyte)}\n${time} next\n`)),
  'a line of 10 GB': log((response) => {
    response.write(`${time} `);
    flood(response, () => 'x'.repeat(65_536));
  }),
  'lines without end': log((response) => flood(response, () => lines)),
  'blank lines of a log without end': log((response) => flood(response, () => '\n'.repeat(65_536))),
  'a log in chunks of one byte': answering((response) => {
    const { socket } = response;
    socket?.write('HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ntransfer-encoding: chunked\r\n\r\n');
    if (socket) flood(socket, () => '1\r\nx\r\n'.repeat(10_000));
  }),
  'a log of bytes that are no text': log((response) => {
    const bytes = Buffer.from(Array.from({ length: 65_536 }, (_, index) => (index * 7919) % 256));
    flood(response, () => bytes);
  }),
  'a log of one byte a second': log((response) => trickle(response, 1000, () => 'x')),
  'a log that is cut in a line': log((response) => {
    response.write(`${lines}${time} canary`);
    setTimeout(() => response.destroy(), 50);
  }),
  'a silent log': log((response) => response.write(lines)),
};
