import { mintAuthority } from '@pilothouse/control-plane';
import { sendJson, type FakeApiserverOptions } from '../fake-apiserver.ts';
import type { Attack } from './attack.ts';

const day = 86_400_000;
const ago = (days: number) => new Date(Date.now() - days * day);

const showing =
  (options: FakeApiserverOptions): Attack =>
  () => ({ handle: (_request, response) => sendJson(response, {}), ...options });

/** Servers that are not who they should be. */
export const trustAttacks: Record<string, Attack> = {
  'a certificate that has expired': showing({ certificate: { notBefore: ago(2), notAfter: ago(1) } }),
  'a certificate that is not valid yet': showing({ certificate: { notBefore: ago(-1) } }),
  'a certificate for another name': showing({ certificate: { names: ['10.9.8.7', 'other.example'] } }),
  'a certificate for no name at all': showing({ certificate: { names: [], commonName: '127.0.0.1' } }),
  'a certificate of another authority': showing({ signedBy: mintAuthority('other') }),
  'a certificate of another authority with the same name': showing({ signedBy: mintAuthority('fake-ca') }),
  'a certificate that signed itself': showing({ certificate: { ca: undefined } }),
  'TLS 1.1': showing({ tls: { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'ALL:@SECLEVEL=0' } }),
};
