import {
  mintAuthority,
  mintCertificate,
  type CertificateRequest,
  type KeyPair,
} from '@pilothouse/control-plane';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { SecureContextOptions } from 'node:tls';
import { WebSocketServer, type WebSocket } from 'ws';
import { connect, type ClusterConnection, type ConnectOptions } from '../transport/connection.ts';
import type { ClusterCredential } from '../transport/credential.ts';

type Handler = (request: IncomingMessage, response: ServerResponse, url: URL) => void;

export interface FakeApiserverOptions {
  /** Answers every request. Default: 404 without a Status. */
  handle?: Handler;
  /** Gets every WebSocket, after the handshake. */
  webSocket?: (webSocket: WebSocket, request: IncomingMessage) => void;
  /** Instead: answers the handshake with these bytes. */
  refuseWebSocket?: string;
  /** Subprotocols the server knows. */
  protocols?: readonly string[];
  /** The server's certificate. Default: good for 127.0.0.1 and localhost. */
  certificate?: { [key in keyof CertificateRequest]?: CertificateRequest[key] | undefined };
  /** Signs the server's certificate. Default: the authority that clients know. */
  signedBy?: Promise<KeyPair>;
  /** What it accepts of TLS. */
  tls?: Pick<SecureContextOptions, 'minVersion' | 'maxVersion' | 'ciphers'>;
}

/** A server that does what a real apiserver won't do on demand. */
export interface FakeApiserver {
  port: number;
  credential: ClusterCredential;
  /** Method and URL of every request so far. */
  requests: string[];
  headers: IncomingMessage['headers'][];
  /** TCP connections so far. */
  readonly connections: number;
  /** Of these, open now. */
  readonly openSockets: number;
  /** Connects to it; closed with it. */
  connect(options?: Partial<ConnectOptions>, credential?: Partial<ClusterCredential>): ClusterConnection;
  close(): Promise<void>;
}

let authority: Promise<KeyPair> | undefined;
/** The authority of every fake apiserver of a test file. */
export function testAuthority(): Promise<KeyPair> {
  authority ??= mintAuthority('fake-ca');
  return authority;
}

/** Starts one on a free port of 127.0.0.1. */
export async function startFakeApiserver(options: FakeApiserverOptions = {}): Promise<FakeApiserver> {
  const ca = await testAuthority();
  const names = ['127.0.0.1', 'localhost'];
  const signer = (await options.signedBy) ?? ca;
  const request = { ca: signer, commonName: 'fake', names, ...options.certificate } as CertificateRequest;
  const pair = await mintCertificate(request);
  const server = createServer({ cert: pair.certificate, key: pair.key, ...options.tls });
  const sockets = new Set<Duplex>();
  const requests: string[] = [];
  const headers: IncomingMessage['headers'][] = [];
  const record = (request: IncomingMessage) => {
    requests.push(`${request.method} ${request.url}`);
    headers.push(request.headers);
  };
  let accepted = 0;
  server.on('connection', (socket) => {
    accepted += 1;
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => sockets.delete(socket));
  });
  server.on('secureConnection', (socket) => socket.on('error', () => undefined));
  server.on('request', (request, response) => {
    record(request);
    if (options.handle) options.handle(request, response, new URL(request.url ?? '/', 'https://fake'));
    else response.writeHead(404).end('nothing here');
  });
  const webSockets = new WebSocketServer({
    noServer: true,
    handleProtocols: (offered) =>
      (options.protocols ?? ['v5.channel.k8s.io']).find((protocol) => offered.has(protocol)) ?? false,
  });
  server.on('upgrade', (request, socket, head) => {
    record(request);
    if (options.refuseWebSocket !== undefined) return socket.end(options.refuseWebSocket);
    // what the test sends at once travels with the handshake
    socket.cork();
    webSockets.handleUpgrade(request, socket, head, (webSocket) => {
      webSocket.on('error', () => undefined);
      options.webSocket?.(webSocket, request);
      process.nextTick(() => socket.uncork());
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const credential = {
    server: `https://127.0.0.1:${port}`,
    caPem: ca.certificate,
    insecureSkipTlsVerify: false,
  };
  const connections: ClusterConnection[] = [];
  return {
    port,
    credential,
    requests,
    headers,
    get connections() {
      return accepted;
    },
    get openSockets() {
      return sockets.size;
    },
    connect: (connectOptions, changes) => {
      const addressPolicy = { allowLoopback: true };
      const connection = connect({ ...credential, ...changes }, { addressPolicy, ...connectOptions });
      connections.push(connection);
      return connection;
    },
    close: async () => {
      await Promise.all(connections.map((connection) => connection.close()));
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Answers with JSON. */
export function sendJson(response: ServerResponse, body: unknown, status = 200, headers = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}

/** Answers no, as an apiserver does. */
export function sendStatus(response: ServerResponse, code: number, reason: string, headers = {}): void {
  sendJson(
    response,
    { kind: 'Status', status: 'Failure', message: `it is ${reason}`, reason, code },
    code,
    headers,
  );
}
