import { runScriptPods, type LocalCluster } from '@pilothouse/control-plane';

/** The namespace that the soak's own pods live in. */
export const namespace = 'soak';

/** Runs scripts in pods of the real node, labelled `app: soak`; resolves when all are Ready. */
export const runPods = (cluster: LocalCluster, scripts: Readonly<Record<string, string>>): Promise<void> =>
  runScriptPods(cluster, { namespace, scripts, labels: { app: 'soak' } });
