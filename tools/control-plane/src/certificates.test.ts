import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer, type ConnectionOptions } from 'node:tls';
import { beforeAll, expect, test } from 'vitest';
import { mintAuthority, mintCertificate, type CertificateRequest, type KeyPair } from './certificates.ts';

const day = 24 * 3_600_000;
let ca: KeyPair;

beforeAll(async () => {
  ca = await mintAuthority('test-ca');
});

/** Shakes hands with a server that shows this certificate; returns the error's code, or the peer's name. */
async function handshake(
  request: Omit<CertificateRequest, 'commonName'>,
  options: ConnectionOptions = {},
): Promise<string> {
  const shown = await mintCertificate({ commonName: 'server', ...request });
  const server = createServer({ key: shown.key, cert: shown.certificate });
  server.on('tlsClientError', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const socket = connect({ host: '127.0.0.1', port, ca: ca.certificate, ...options });
  try {
    await once(socket, 'secureConnect');
    return String(socket.getPeerCertificate().subject.CN);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error);
  } finally {
    socket.destroy();
    server.close();
  }
}

test('a server is believed for the names in its certificate', async () => {
  expect(await handshake({ ca, names: ['127.0.0.1'] })).toBe('server');
  expect(await handshake({ ca, names: ['api.example.test'] }, { servername: 'api.example.test' })).toBe(
    'server',
  );
});

test('odd certificates are odd in the way that was asked for', async () => {
  const names = ['127.0.0.1'];
  const other = await mintAuthority('other-ca');
  const past = { notBefore: new Date(Date.now() - 2 * day), notAfter: new Date(Date.now() - day) };
  const future = { notBefore: new Date(Date.now() + day) };
  expect(await handshake({ ca, names, ...past })).toBe('CERT_HAS_EXPIRED');
  expect(await handshake({ ca, names, ...future })).toBe('CERT_NOT_YET_VALID');
  expect(await handshake({ ca: other, names })).toBe('UNABLE_TO_VERIFY_LEAF_SIGNATURE');
  expect(await handshake({ names })).toBe('DEPTH_ZERO_SELF_SIGNED_CERT');
  expect(await handshake({ ca, names: ['127.0.0.2'] })).toBe('ERR_TLS_CERT_ALTNAME_INVALID');
});

test('user and groups stand where Kubernetes looks for them', async () => {
  const pair = await mintCertificate({
    ca,
    commonName: 'jane',
    organizations: ['developers', 'system:masters'],
  });
  const certificate = new X509Certificate(pair.certificate);
  expect(certificate.subject.split('\n')).toEqual(['O=developers', 'O=system:masters', 'CN=jane']);
  expect(certificate.ca).toBe(false);
  expect(new X509Certificate(ca.certificate).ca).toBe(true);
});
