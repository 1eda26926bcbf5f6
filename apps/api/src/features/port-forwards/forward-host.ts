import { isIP } from 'node:net';

/** Host names of forwards: `https://<id>.forward.example.com`. */
export interface ForwardHosts {
  /** Where a browser finds a forward, without a slash at the end. */
  originOf(id: string): string;
  /** Whether a `Host` header names a forward, or what could be one. */
  owns(host: string | undefined): boolean;
  /** The forward that a `Host` header names. */
  idOf(host: string | undefined): string;
  isSecure: boolean;
}

/**
 * By the setting, `https://*.forward.example.com`; without it below `localhost` where the platform itself is on loopback,
 * since browsers find `*.localhost` there. Null elsewhere: then nothing is forwarded.
 */
export function forwardHosts(setting: string | null, publicUrl: string): ForwardHosts | null {
  const platform = new URL(publicUrl);
  const pattern = setting ?? (isLoopback(platform.hostname) ? `http://*.localhost:${platform.port}` : null);
  if (pattern === null) return null;
  const { protocol, host } = new URL(pattern.replace('*', 'x'));
  const suffix = host.slice(1).toLowerCase();
  const owns = (name = '') => name.toLowerCase().endsWith(suffix);
  return {
    originOf: (id) => `${protocol}//${id}${suffix}`,
    owns,
    idOf: (name = '') => (owns(name) ? name.slice(0, -suffix.length).toLowerCase() : ''),
    isSecure: protocol === 'https:',
  };
}

function isLoopback(hostname: string): boolean {
  const plain = hostname.replace(/^\[|\]$/g, '');
  if (plain === 'localhost') return true;
  return isIP(plain) === 4 ? plain.startsWith('127.') : plain === '::1';
}
