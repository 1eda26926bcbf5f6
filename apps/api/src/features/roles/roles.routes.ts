import { endpoints, type Domain } from '@pilothouse/contract';
import type { Core } from '../../core.ts';
import { AppError } from '../../http/app-error.ts';
import { mount, type ApiRouter } from '../../http/mount.ts';
import { explainRights } from './explain-rights.ts';
import { planRole } from './plan-role.ts';
import type { RoleService } from './role.service.ts';

export function mountRoles(
  api: ApiRouter,
  roles: RoleService,
  { authoriser, registry, tree }: Pick<Core, 'authoriser' | 'registry' | 'tree'>,
): void {
  mount(api, endpoints.listRoles, async () => ({ items: await roles.all() }));
  mount(api, endpoints.getRole, ({ params }) => roles.get(params.role));
  mount(api, endpoints.createRole, ({ principal, body: { name, ...input } }) =>
    roles.create(principal, name, input),
  );
  mount(api, endpoints.updateRole, ({ principal, params, body: { version, ...input } }) =>
    roles.update(principal, params.role, version, input),
  );
  mount(api, endpoints.planRole, async ({ params, body }) => {
    const role = await roles.get(params.role);
    return planRole(await authoriser.policies(), role, body.policies, tree);
  });
  mount(api, endpoints.deleteRole, ({ params }) => roles.remove(params.role));
  mount(api, endpoints.explainRights, async ({ query: { user, right = [], cluster, namespace } }) => {
    const rights = right.map((text) => {
      const [action = '', object = ''] = text.split(' ');
      return { object, action };
    });
    const domain = domainOf(cluster, namespace, (name) => registry.idOf(name));
    const explained = explainRights(await authoriser.policies(), { rights, domain, username: user }, tree);
    if (user !== undefined && explained.items.length === 0)
      throw new AppError('invalidField', { field: 'query.user', reason: 'unknown' }, 'query.user');
    return explained;
  });
}

/** The place that is asked about, by id. */
function domainOf(
  name: string | undefined,
  namespace: string | undefined,
  idOf: (name: string) => string | undefined,
): Domain {
  if (name === undefined) return { kind: 'all' };
  const cluster = idOf(name);
  if (cluster === undefined)
    throw new AppError('invalidField', { field: 'query.cluster', reason: 'unknown' }, 'query.cluster');
  return namespace === undefined ? { kind: 'cluster', cluster } : { kind: 'namespace', cluster, namespace };
}
