import { endpoints } from '@pilothouse/contract';
import { GivingGuard } from '../../authz/giving-guard.ts';
import type { Core } from '../../core.ts';
import { dayMs } from '../../db/retention.ts';
import type { Feature } from '../../feature.ts';
import { mount } from '../../http/mount.ts';
import { TokenRepository } from './token.repository.ts';
import { TokenService } from './token.service.ts';

/** API tokens: made and revoked by their makers, seen and revoked by whoever may. */
export function build({ config, database, versions, authoriser }: Core): Feature {
  const rows = new TokenRepository(database);
  const guard = new GivingGuard(authoriser);
  const service = new TokenService({ database, versions, authoriser, guard, rows });
  return {
    mount(api) {
      mount(api, endpoints.listOwnTokens, async ({ principal: { userId } }) => ({
        tokens: await rows.list({ userId }),
      }));
      mount(api, endpoints.createToken, ({ principal, body, res }) => {
        res.setHeader('Cache-Control', 'no-store');
        return service.create(principal, body);
      });
      mount(api, endpoints.revokeOwnToken, async ({ principal: { userId, username }, params, noteAudit }) =>
        noteAudit({ target: { name: await service.revoke({ id: params.token, userId }, username) } }),
      );
      mount(api, endpoints.listTokens, async () => ({ tokens: await rows.list() }));
      mount(api, endpoints.revokeToken, async ({ principal, params, noteAudit }) =>
        noteAudit({ target: { name: await service.revoke({ id: params.token }, principal.username) } }),
      );
    },
    // as long as the audit log says what came with them
    retention: [
      { keepMs: config.retention.auditDays * dayMs, prune: (before, most) => rows.prune(before, most) },
    ],
  };
}
