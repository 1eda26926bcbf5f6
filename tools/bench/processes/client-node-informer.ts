import { setTimeout as sleep } from 'node:timers/promises';
import { CoreV1Api, KubeConfig, makeInformer } from '@kubernetes/client-node';
import { serve } from '../src/helper.ts';

/** Follows all pods with the list and watch of @kubernetes/client-node. */
const commands = {
  /** Returns heap and count after a full garbage collection, when the first list is complete. */
  async follow(kubeconfig: string): Promise<{ heapMb: number; pods: number }> {
    const config = new KubeConfig();
    config.loadFromString(kubeconfig);
    const api = config.makeApiClient(CoreV1Api);
    const before = heapMb();
    const informer = makeInformer(config, '/api/v1/pods', () => api.listPodForAllNamespaces());
    await informer.start();
    await sleep(1000);
    const result = { heapMb: heapMb() - before, pods: informer.list().length };
    await informer.stop();
    return result;
  },
};
export type ClientNodeInformer = typeof commands;

function heapMb(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed / 1e6;
}

serve(commands);
