import { endpoints, resourceRight } from '@pilothouse/contract';
import { mount, type ApiRouter } from '../../http/mount.ts';
import { guardAnswer } from '../../ws/guarded-answer.ts';
import type { StreamGuard } from '../../ws/stream-guard.ts';
import type { PodLogService } from './pod-log.service.ts';

export function mountPodLog(api: ApiRouter, podLog: PodLogService, guard: StreamGuard): void {
  mount(api, endpoints.podLog, ({ params, query, principal, auditId, signal, res }) => {
    const { cluster } = params;
    const requirements = [resourceRight({ ...params, group: 'core', plural: 'pods' }, 'get', 'log')];
    return guardAnswer(guard, { principal, requirements, cluster, signal }, (life) =>
      podLog.write({ ...params, ...query }, { auditId, signal: life, res }),
    );
  });
}
