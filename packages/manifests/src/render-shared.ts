import type { ApplicationSpec } from '@pilothouse/contract';
import type { KubernetesObject } from '@pilothouse/kinds';

export interface SharedToRender {
  application: { id: string; name: string };
  path: string;
  project: string;
  namespace: string;
  /** The application's newest spec. */
  spec: ApplicationSpec;
  /** Values by name. */
  secrets: Readonly<Record<string, string>>;
}

/** What the instances of an application in one namespace share: the Service over all of them, and the Secret. */
export function renderShared(_input: SharedToRender): KubernetesObject[] {
  throw new Error('not written yet');
}
