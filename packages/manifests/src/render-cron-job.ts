import type { CronJobSpec, NamespaceDefaults } from '@pilothouse/contract';
import type { KubernetesObject } from '@pilothouse/kinds';

export interface CronJobToRender {
  id: string;
  name: string;
  path: string;
  project: string;
  namespace: string;
  spec: CronJobSpec;
  defaults: NamespaceDefaults;
}

/** The CronJob; Jobs get their labels (`pilothouse.io/cron-job: <id>`) from its template. */
export function renderCronJob(_input: CronJobToRender): KubernetesObject[] {
  throw new Error('not written yet');
}
