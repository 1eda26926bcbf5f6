import type { Secret } from '@pilothouse/kinds';
import { base64 } from './base64.ts';

/** What images are pulled with from one registry. */
export interface RegistryCredential {
  /** As in a pull secret: `registry.example.com:5000`, `https://index.docker.io/v1/`. */
  host: string;
  username: string;
  password: string;
}

/** All of them in one Secret, as `kubectl create secret docker-registry` writes each. */
export function registrySecret(
  credentials: readonly RegistryCredential[],
  metadata: Secret['metadata'],
): Secret {
  const auths = Object.fromEntries(
    credentials.map(({ host, username, password }) => [
      host,
      { username, password, auth: base64(`${username}:${password}`) },
    ]),
  );
  const data = { '.dockerconfigjson': base64(JSON.stringify({ auths })) };
  return { apiVersion: 'v1', kind: 'Secret', metadata, type: 'kubernetes.io/dockerconfigjson', data };
}
