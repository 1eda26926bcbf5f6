import { endpoints } from '@pilothouse/contract';
import { mount, type ApiRouter } from '../../http/mount.ts';
import type { PodLogService } from './pod-log.service.ts';

export function mountPodLog(api: ApiRouter, podLog: PodLogService): void {
  mount(api, endpoints.podLog, ({ params, query, auditId, signal, res }) =>
    podLog.write({ ...params, ...query }, { auditId, signal, res }),
  );
}
