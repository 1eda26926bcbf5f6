import { endpoints } from '@pilothouse/contract';
import { GivingGuard } from '../../authz/giving-guard.ts';
import type { Principal } from '../../authz/principal.ts';
import type { Core } from '../../core.ts';
import { dayMs } from '../../db/retention.ts';
import type { Feature } from '../../feature.ts';
import { mount } from '../../http/mount.ts';
import { KubeconfigRepository, issuedView } from './kubeconfig.repository.ts';
import { KubeconfigService } from './kubeconfig.service.ts';

const sweepMs = 30_000;

/** Access for people outside: kubeconfigs of their own, for a namespace or a cluster and a time. */
export function build({ config, database, registry, authoriser, audit, versions, onError }: Core) {
  const rows = new KubeconfigRepository(database);
  const service = new KubeconfigService({
    rows,
    registry,
    authoriser,
    guard: new GivingGuard(authoriser),
    audit,
  });
  let timer: NodeJS.Timeout | undefined;
  let sweeping: Promise<void> | undefined;
  let isAskedAgain = false;
  function sweep(): void {
    if (sweeping !== undefined) {
      isAskedAgain = true;
      return;
    }
    sweeping = service
      .sweep()
      .catch(onError)
      .finally(() => {
        sweeping = undefined;
        if (!isAskedAgain) return;
        isAskedAgain = false;
        sweep();
      });
  }
  return {
    mount(api) {
      mount(api, endpoints.listIssuedKubeconfigs, async ({ params, scope }) => {
        const id = registry.idOf(params.cluster);
        return { items: id === undefined ? [] : (await rows.list(id, scope)).map(issuedView) };
      });
      mount(api, endpoints.issueKubeconfig, async ({ principal, params, body, auditId, res }) => {
        res.setHeader('Cache-Control', 'no-store');
        const { row, kubeconfig } = await service.issue(principal, params.cluster, body, auditId);
        return { issued: issuedView(row), kubeconfig };
      });
      mount(api, endpoints.revokeKubeconfig, ({ principal, params, auditId }) =>
        service.revoke(principal, params, auditId),
      );
    },
    retention: [
      {
        keepMs: config.retention.auditDays * dayMs,
        prune: (before, most) => rows.prune(before, most),
      },
    ],
    start() {
      versions.onChange('policies', sweep);
      timer = setInterval(sweep, sweepMs);
      timer.unref();
      sweep();
    },
    async stop() {
      clearInterval(timer);
      isAskedAgain = false;
      await sweeping;
    },
    endAll: (principal: Principal, cluster: string) => service.endAll(principal, cluster),
  } satisfies Feature & Record<string, unknown>;
}
