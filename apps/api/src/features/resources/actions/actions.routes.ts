import {
  actions,
  endpointsOfActions,
  type ActionId,
  type Endpoint,
  type QuickActionId,
} from '@pilothouse/contract';
import { mount, type ApiRouter } from '../../../http/mount.ts';
import type { ResourceActions } from './resource-actions.ts';

/** The endpoints that the contract generates for every action. */
export function mountActions(api: ApiRouter, service: ResourceActions): void {
  for (const id of Object.keys(actions) as ActionId[]) {
    const { one, many, plan } = endpointsOfActions[id];
    if (one !== null)
      mount(api, one, async ({ params, query, body, principal: user, auditId, noteAudit }) => {
        const warnings: string[] = [];
        const onWarnings = (more: string[]) => void warnings.push(...more);
        const how = { ...query, ...body, auditId, user, onWarnings };
        const { object, alreadySo } = await service.one(id as QuickActionId, params, how);
        noteAudit(alreadySo ? { params: { alreadySo } } : { clusterStatus: 200 });
        return { object, alreadySo, warnings };
      });
    if (many !== null)
      mount(api, many, async ({ params, body, principal, address }) => {
        const { userId, username } = principal;
        return { operation: await service.many(id, params, body, { userId, username, address }) };
      });
    if (plan !== null)
      mount(api, plan as Endpoint, ({ params, body, signal }) =>
        service.plan(id, params as never, body as never, signal),
      );
  }
}
