import { endpoints } from '@pilothouse/contract';
import type { ApiClient } from './api.ts';

/** Registers a cluster with the settings a form starts with. */
export async function registerCluster(admin: ApiClient, name: string, kubeconfig: string): Promise<void> {
  await admin.call(endpoints.createCluster, { body: { name, kubeconfig } });
}
