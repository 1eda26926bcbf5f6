import { endpoints } from '@pilothouse/contract';
import { GivingGuard } from '../../authz/giving-guard.ts';
import type { Core } from '../../core.ts';
import type { Feature } from '../../feature.ts';
import { mount } from '../../http/mount.ts';
import { TreeRepository } from './tree.repository.ts';
import { TreeService } from './tree.service.ts';

/** The service tree, along which rights on projects and applications are inherited. */
export function build({ config, database, versions, authoriser }: Core) {
  const tree = new TreeService({
    database,
    versions,
    authoriser,
    guard: new GivingGuard(authoriser),
    nodes: new TreeRepository(database),
    levels: config.treeLevels,
  });
  /** A node is told to the audit log by its path. */
  const pathOf = async (node: string) => (await authoriser.policies()).tree.pathOf(node) || node;
  return {
    mount(api) {
      mount(api, endpoints.listTree, ({ principal }) => tree.list(principal));
      mount(api, endpoints.exportTree, async () => ({ rows: await tree.rows() }));
      mount(api, endpoints.planTreeImport, ({ body }) => tree.planImport(body.csv));
      mount(api, endpoints.importTree, ({ principal, body }) => tree.import(principal, body.csv));
      mount(api, endpoints.createTreeNode, async ({ body, noteAudit }) => {
        const created = await tree.create(body);
        noteAudit({ target: { name: created.path } });
        return created;
      });
      mount(api, endpoints.getTreeNode, ({ params }) => tree.get(params.node));
      mount(api, endpoints.updateTreeNode, async ({ params, body, noteAudit }) => {
        noteAudit({ target: { name: await pathOf(params.node) } });
        return tree.update(params.node, body);
      });
      mount(api, endpoints.deleteTreeNode, async ({ params, noteAudit }) => {
        noteAudit({ target: { name: await pathOf(params.node) } });
        await tree.remove(params.node);
      });
      mount(api, endpoints.planTreeMove, async ({ params, body, noteAudit }) => {
        noteAudit({ target: { name: await pathOf(params.node) } });
        return tree.planMove(params.node, body.parent);
      });
      mount(api, endpoints.moveTreeNode, async ({ principal, params, body, noteAudit }) => {
        noteAudit({ target: { name: await pathOf(params.node) } });
        const moved = await tree.move(principal, params.node, body.parent);
        noteAudit({ params: { path: moved.path } });
        return moved;
      });
      mount(api, endpoints.setTreeOwners, async ({ principal, params, body, noteAudit }) => {
        noteAudit({ target: { name: await pathOf(params.node) } });
        return tree.setOwners(principal, params.node, body);
      });
    },
    topics: (topics) =>
      topics.add(endpoints.listTree, {
        read: ({ principal }) => tree.list(principal),
        watch: (_call, changed) => versions.onChange('policies', changed),
      }),
    /** For what is a node of the tree: how it comes to be one, and ends. */
    nodes: {
      create: tree.createWith.bind(tree),
      remove: tree.removeWith.bind(tree),
    },
  } satisfies Feature & Record<string, unknown>;
}
