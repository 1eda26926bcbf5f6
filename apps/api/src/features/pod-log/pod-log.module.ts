import { ticketRequirements } from '@pilothouse/contract';
import { LogHub } from '@pilothouse/kube';
import type { Core } from '../../core.ts';
import type { Feature } from '../../feature.ts';
import { guardAnswer } from '../../ws/guarded-answer.ts';
import { logHandler, logsHandler } from '../../ws/log/log-handler.ts';
import { LogOpener } from '../../ws/log/open-log.ts';
import { mountPodLog } from './pod-log.routes.ts';
import { PodLogService } from './pod-log.service.ts';

/** Logs: as they are, followed, and as a file. */
export function build({ registry, audit, streams, unitStreams }: Core): Feature {
  const findCluster = (name: string) => registry.get(name);
  const podLog = new PodLogService(findCluster);
  const followed = { hub: new LogHub(), opener: new LogOpener(findCluster, audit, unitStreams) };
  return {
    mount: (api) => mountPodLog(api, podLog, streams),
    sockets: { log: logHandler(followed), logs: logsHandler(followed) },
    downloads: {
      log: {
        authorise: (_principal, what) => unitStreams.require(what),
        async send(principal, what, { auditId, signal, res }) {
          const fileName = `${what.pod}-${what.container}.log`;
          const requirements = ticketRequirements({ purpose: 'download', what });
          const { cluster } = what;
          await guardAnswer(streams, { principal, requirements, cluster, signal }, (life) =>
            podLog.write(what, { auditId, signal: life, res, fileName }),
          );
        },
      },
    },
  };
}
