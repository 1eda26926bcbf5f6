import { historyEndpoints as endpoints } from '@pilothouse/contract';
import type { Core } from '../../core.ts';
import { deriveKey } from '../../db/key-ring.ts';
import { dayMs } from '../../db/retention.ts';
import type { Feature } from '../../feature.ts';
import { mount } from '../../http/mount.ts';
import { HistoryRecorder } from './history-recorder.ts';
import { HistoryService, type HistoryServiceOptions } from './history.service.ts';
import { ObjectHistoryRepository } from './object-history.repository.ts';

/** What keeps objects as they were, for those who write them. */
export function recorderOf({ database, secrets, keys, onError }: Core): HistoryRecorder {
  const digestKey = () => {
    const master = keys.current();
    return { id: master.id, bytes: deriveKey(master, 'digests of secrets in the history') };
  };
  return new HistoryRecorder(new ObjectHistoryRepository(database, secrets), digestKey, onError);
}

/** Objects before and after each write through the platform. */
export function build(
  { database, secrets, registry, config }: Core,
  readObject: HistoryServiceOptions['readObject'],
): Feature {
  const rows = new ObjectHistoryRepository(database, secrets);
  const history = new HistoryService({ rows, clusterIdOf: (name) => registry.idOf(name), readObject });
  const { auditDays, historyBytes } = config.retention;
  return {
    mount(api) {
      mount(api, endpoints.listHistory, ({ params }) => history.list(params));
      mount(api, endpoints.getHistoryEntry, (call) => history.get(call));
      mount(api, endpoints.prepareRestore, (call) => history.restore(call, call.signal));
    },
    retention: [
      { keepMs: auditDays * dayMs, prune: (before, most) => rows.prune(before, historyBytes, most) },
    ],
  };
}
