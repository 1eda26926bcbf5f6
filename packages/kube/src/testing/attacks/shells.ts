import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { flood } from '../flood.ts';
import { mebibyte, type Attack } from './attack.ts';

/** A server whose shells do this. */
const shell =
  (act: (socket: WebSocket, wire: Duplex) => void): Attack =>
  () => ({
    protocols: ['v5.channel.k8s.io', 'v4.channel.k8s.io'],
    webSocket: (socket) => act(socket, (socket as unknown as { _socket: Duplex })._socket),
  });
const sends = (message: Buffer | string): Attack => shell((socket) => socket.send(message));
const frame = (channel: number, content: string | Buffer) =>
  Buffer.concat([Buffer.from([channel]), Buffer.from(content)]);
const status = (value: unknown): Attack => sends(frame(3, JSON.stringify(value)));
/** The port that attacks on an open forward are made for. */
export const forwardedPort = 80;
/** How a server opens a channel of a forwarded port. */
const portFrame = (channel: number, port = forwardedPort) => frame(channel, Buffer.from([port, 0]));
/** A server whose forwarded ports do this, once both channels are open. */
const forward = (act: (socket: WebSocket) => void): Attack =>
  shell((socket) => {
    for (const channel of [0, 1]) socket.send(portFrame(channel));
    act(socket);
  });
const closes = (code: number): Attack => shell((socket) => socket.close(code, 'canary'));
/** Bytes on the wire over and over, past what the `ws` library would let a server do. */
const wire = (bytes: Buffer, first?: Buffer): Attack =>
  shell((_socket, duplex) => {
    if (first) duplex.write(first);
    flood(duplex, () => bytes);
  });
/** A piece of many copies, as large as a socket takes at once. */
const many = (unit: number[]) => Buffer.from(Array.from({ length: 65_536 / unit.length }, () => unit).flat());
/** A frame of the server with a length that it does not keep to. */
const announcing = (bytes: bigint) => {
  const header = Buffer.alloc(10);
  header[0] = 0x82;
  header[1] = 127;
  header.writeBigUInt64BE(bytes, 2);
  return header;
};
const refusing =
  (answer: string): Attack =>
  () => ({ refuseWebSocket: answer });

/** Shells and forwarded ports that no kubelet has. */
export const shellAttacks: Record<string, Attack> = {
  'an unknown channel': sends(frame(9, 'x')),
  'channel 254': sends(frame(254, 'x')),
  'output on the channel of input': sends(frame(0, 'x')),
  'a size': sends(frame(4, '{"Width":80,"Height":24}')),
  'nothing at all': sends(Buffer.alloc(0)),
  // but for its kind it would be output
  text: sends('\u0001hello'),
  'text that is not UTF-8': shell((_socket, duplex) => duplex.write(Buffer.from([0x81, 0x02, 0xc3, 0x28]))),
  'a message of 16 MB': sends(frame(1, Buffer.alloc(16 * mebibyte))),
  'a message of 16 MB in pieces of one byte': wire(many([0x00, 0x01, 0x31]), Buffer.from([0x02, 0x01, 0x01])),
  'a message that announces 2^62 bytes': shell((_socket, duplex) => duplex.write(announcing(2n ** 62n))),
  'a masked message': shell((_socket, duplex) => duplex.write(Buffer.from([0x82, 0x81, 1, 2, 3, 4, 5]))),
  'a reserved bit': shell((_socket, duplex) => duplex.write(Buffer.from([0xc2, 0x01, 0x01]))),
  'an unknown kind of message': shell((_socket, duplex) => duplex.write(Buffer.from([0x83, 0x00]))),
  'empty messages without end': wire(many([0x82, 0x01, 0x01])),
  'messages of one byte without end': wire(many([0x82, 0x02, 0x01, 0x41])),
  'pings without end, and reads no answer': shell((_socket, duplex) => {
    duplex.pause();
    flood(duplex, () => many([0x89, 0x00]));
  }),
  'pongs without end': wire(many([0x8a, 0x00])),
  'output without end': shell((socket) => {
    const output = frame(1, 'x'.repeat(30_000));
    const more = () => socket.send(output, (error) => (error ? undefined : more()));
    more();
  }),
  'a Status that is no JSON': sends(frame(3, 'canary')),
  'a Status that is a list': status([]),
  'a Status of another shape': status({ status: 'Failure', message: {} }),
  'a Status of 70 KB': status({ status: 'Success', message: 'x'.repeat(70_000) }),
  'a Status that is 30,000 levels deep': sends(
    frame(
      3,
      `{"status":"Failure","message":"x","details":{"name":${'['.repeat(30_000)}${']'.repeat(30_000)}}}`,
    ),
  ),
  'a Status whose causes are a text': status({
    status: 'Failure',
    reason: 'NonZeroExitCode',
    details: { causes: 'x' },
  }),
  'a Status and then more output': shell((socket) => {
    socket.send(frame(3, '{"status":"Success"}'));
    const output = frame(1, 'x'.repeat(30_000));
    const more = () => socket.send(output, (error) => (error ? undefined : more()));
    more();
  }),
  'a Status, and stays': shell((socket, duplex) => {
    socket.send(frame(3, '{"status":"Success"}'), () => duplex.pause());
  }),
  'a cut': shell((socket) => setTimeout(() => socket.terminate(), 20)),
  'a close with 1000 and no Status': closes(1000),
  'a close with 1001': closes(1001),
  'a close with 1002': closes(1002),
  'a close with 1006 on the wire': shell((_socket, duplex) =>
    duplex.write(Buffer.from([0x88, 0x02, 0x03, 0xee])),
  ),
  'a close with 1011': closes(1011),
  'a close with 1013': closes(1013),
  'a close with 4999': closes(4999),
  'a close with 65535 on the wire': shell((_socket, duplex) =>
    duplex.write(Buffer.from([0x88, 0x02, 0xff, 0xff])),
  ),
  'a close without a code': shell((_socket, duplex) => duplex.write(Buffer.from([0x88, 0x00]))),
  'a close of half a code': shell((_socket, duplex) => duplex.write(Buffer.from([0x88, 0x01, 0x03]))),
  'an answer to the handshake that never comes': refusing(''),
  'a handshake of 1 MB of headers': refusing(
    `HTTP/1.1 101 Switching Protocols\r\n${`x: ${'x'.repeat(1000)}\r\n`.repeat(1000)}\r\n`,
  ),
  'a refusal with a body of 10 MB': refusing(
    `HTTP/1.1 500 No\r\ncontent-length: ${10 * mebibyte}\r\n\r\n${'canary! '.repeat((10 * mebibyte) / 8)}`,
  ),
  'a refusal that points elsewhere': refusing(
    'HTTP/1.1 302 Found\r\nlocation: https://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n',
  ),
  'another port than was asked for': sends(portFrame(0, forwardedPort + 1)),
  'once open, a channel more': forward((socket) => {
    socket.send(portFrame(2));
    socket.send(frame(2, 'x'));
  }),
  'once open, nothing at all': forward((socket) => socket.send(Buffer.alloc(0))),
  'once open, text': forward((socket) => socket.send('\u0000hello')),
  'once open, a complaint of 900 KB': forward((socket) => {
    socket.send(frame(1, 'x'.repeat(900_000)));
    socket.close(1000);
  }),
  'once open, a close with 1011': forward((socket) => socket.close(1011, 'canary')),
  'once open, data without end': forward((socket) => {
    const data = frame(0, 'x'.repeat(30_000));
    const more = () => socket.send(data, (error) => (error ? undefined : more()));
    more();
  }),
  'a silent shell': shell(() => undefined),
};
