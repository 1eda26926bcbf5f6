import { endpoints } from '@pilothouse/contract';
import type { Authoriser } from '../../authz/authoriser.ts';
import { mount, type ApiRouter, type AuditNote } from '../../http/mount.ts';
import type { GrantView } from './grant.repository.ts';
import type { GrantService } from './grant.service.ts';

export function mountGrants(
  api: ApiRouter,
  grants: GrantService,
  authoriser: Pick<Authoriser, 'policies'>,
): void {
  /** A grant as its row in the audit log names it. */
  async function noted({ subject, role, scope }: GrantView): Promise<AuditNote> {
    return {
      target: {
        name: `${subject.name}:${role.name}`,
        ...('cluster' in scope && { cluster: scope.cluster }),
        ...('namespace' in scope && { namespace: scope.namespace }),
      },
      params: {
        subject: subject.kind,
        scope: scope.kind,
        ...(scope.kind === 'tree' && { path: (await authoriser.policies()).tree.pathOf(scope.node) }),
      },
    };
  }

  mount(api, endpoints.listGrants, ({ query }) => grants.page(query));
  mount(api, endpoints.createGrant, async ({ principal, body, noteAudit }) => {
    const created = await grants.create(principal, body);
    noteAudit(await noted(created));
    return created;
  });
  mount(api, endpoints.deleteGrant, async ({ params, noteAudit }) => {
    noteAudit(await noted(await grants.get(params.grant)));
    await grants.remove(params.grant);
  });
}
