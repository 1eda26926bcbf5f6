import { setTimeout as sleep } from 'node:timers/promises';
import { pods, rowOf, type KindDescriptor, type Row } from '@pilothouse/kinds';
import { connect, discover, ObjectStore, readContext } from '@pilothouse/kube';
import { serve } from '../src/helper.ts';

/** Follows all pods with the product's store and projection. */
let store: ObjectStore<Row> | undefined;

const commands = {
  /** Returns heap and count after a full garbage collection, when the first list is complete. */
  async follow(kubeconfig: string): Promise<{ heapMb: number; pods: number }> {
    const credential = readContext(kubeconfig, undefined, { allowInsecure: false });
    const connection = connect(credential, { addressPolicy: { allowLoopback: true } });
    const resource = (await discover(connection)).find('core', 'pods');
    if (resource === undefined) throw new Error('no pods here');
    const descriptor = pods as KindDescriptor;
    const before = heapMb();
    store = new ObjectStore<Row>({
      connection,
      resource,
      project: (object) => rowOf(descriptor, object),
      fields: descriptor.fieldSelectors,
    });
    store.onChange(() => undefined);
    store.start();
    await store.ready();
    await sleep(1000);
    return { heapMb: heapMb() - before, pods: store.size };
  },
  cpuSeconds(): number {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  },
  /** The resource version of a pod's row. */
  versionOf(place: { namespace: string; name: string }): string | null {
    return store?.get(place)?.resourceVersion ?? null;
  },
};
export type StoreProcess = typeof commands;

function heapMb(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed / 1e6;
}

serve(commands);
