import type { ApplicationSpec } from '@pilothouse/contract';
import type { ConfigMap } from '@pilothouse/kinds';
import { canonical } from './canonical.ts';
import { configMapName } from './object-name.ts';
import { shortHash } from './short-hash.ts';

/** Of the volume that the files are mounted from. */
export const configVolume = 'pilothouse-config';

type Config = NonNullable<ApplicationSpec['config']>;

/** The application's files, if it has any. */
export function filesOf({ config }: Pick<ApplicationSpec, 'config'>): Config | null {
  return config === undefined || Object.keys(config.files).length === 0 ? null : config;
}

export function renderConfigMap(config: Config, metadata: ConfigMap['metadata']): ConfigMap {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { ...config.files } };
}

/** What of a Pod's spec brings the files into its container. */
export function configMount(config: Config, instanceObject: string) {
  return {
    volumes: [{ name: configVolume, configMap: { name: configMapName(instanceObject) } }],
    volumeMounts: [{ name: configVolume, mountPath: config.mountPath, readOnly: true }],
  };
}

/** Another one for other files: it stands in the Pod's template, and a change rolls out. */
export function configHash({ files }: Config): string {
  return shortHash(JSON.stringify(canonical(files)));
}
