import { endpoints } from '@pilothouse/contract';
import { GivingGuard } from '../../authz/giving-guard.ts';
import type { Core } from '../../core.ts';
import type { Feature } from '../../feature.ts';
import { mount } from '../../http/mount.ts';
import { TreeRepository } from './tree.repository.ts';
import { TreeService } from './tree.service.ts';

/** The service tree, along which rights on projects and applications are inherited. */
export function build({ config, database, versions, authoriser }: Core): Feature {
  const tree = new TreeService({
    database,
    versions,
    authoriser,
    guard: new GivingGuard(authoriser),
    nodes: new TreeRepository(database),
    levels: config.treeLevels,
  });
  return {
    mount(api) {
      mount(api, endpoints.listTree, ({ principal }) => tree.list(principal));
      mount(api, endpoints.exportTree, async () => ({ rows: await tree.rows() }));
      mount(api, endpoints.planTreeImport, ({ body }) => tree.planImport(body.csv));
      mount(api, endpoints.importTree, ({ principal, body }) => tree.import(principal, body.csv));
      mount(api, endpoints.createTreeNode, ({ body }) => tree.create(body));
      mount(api, endpoints.getTreeNode, ({ params }) => tree.get(params.node));
      mount(api, endpoints.updateTreeNode, ({ params, body }) => tree.update(params.node, body));
      mount(api, endpoints.deleteTreeNode, ({ params }) => tree.remove(params.node));
      mount(api, endpoints.planTreeMove, ({ params, body }) => tree.planMove(params.node, body.parent));
      mount(api, endpoints.moveTreeNode, ({ principal, params, body }) =>
        tree.move(principal, params.node, body.parent),
      );
      mount(api, endpoints.setTreeOwners, ({ principal, params, body }) =>
        tree.setOwners(principal, params.node, body),
      );
    },
    topics: (topics) =>
      topics.add(endpoints.listTree, {
        read: ({ principal }) => tree.list(principal),
        watch: (_call, changed) => versions.onChange('policies', changed),
      }),
  };
}
