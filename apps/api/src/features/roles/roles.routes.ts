import { endpoints, type Domain, type InputOf, type TreeNodes } from '@pilothouse/contract';
import type { Core } from '../../core.ts';
import { AppError } from '../../http/app-error.ts';
import { mount, type ApiRouter } from '../../http/mount.ts';
import { explainRights } from './explain-rights.ts';
import { planRole } from './plan-role.ts';
import type { RoleService } from './role.service.ts';

export function mountRoles(
  api: ApiRouter,
  roles: RoleService,
  { authoriser, registry }: Pick<Core, 'authoriser' | 'registry'>,
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
    const rights = await authoriser.policies();
    return planRole(rights, role, body.policies, rights.tree);
  });
  mount(api, endpoints.deleteRole, ({ params }) => roles.remove(params.role));
  mount(api, endpoints.explainRights, async ({ query: { user, right = [], ...place } }) => {
    const rights = right.map((text) => {
      const [action = '', object = ''] = text.split(' ');
      return { object, action };
    });
    const given = await authoriser.policies();
    const domain = domainOf(place, given.tree, (name) => registry.idOf(name));
    const explained = explainRights(given, { rights, domain, username: user }, given.tree);
    if (user !== undefined && explained.items.length === 0) throw unknown('query.user');
    return explained;
  });
}

/** The place that is asked about, by id. */
function domainOf(
  place: Pick<InputOf<typeof endpoints.explainRights>['query'], 'cluster' | 'namespace' | 'node'>,
  tree: TreeNodes,
  idOf: (name: string) => string | undefined,
): Domain {
  const { cluster: name, namespace, node } = place;
  if (node !== undefined) {
    if (tree.lineOf(node).length === 0) throw unknown('query.node');
    return { kind: 'tree', node };
  }
  if (name === undefined) return { kind: 'all' };
  const cluster = idOf(name);
  if (cluster === undefined) throw unknown('query.cluster');
  return namespace === undefined ? { kind: 'cluster', cluster } : { kind: 'namespace', cluster, namespace };
}

function unknown(field: string): AppError {
  return new AppError('invalidField', { field, reason: 'unknown' }, field);
}
