import { endpoints, type ApplicationSpec, type InputOf, type OutputOf } from '@pilothouse/contract';
import type { Authoriser, Subject } from '../../authz/authoriser.ts';
import type { Principal } from '../../authz/principal.ts';
import { isForeignKeyViolation } from '../../db/database-error.ts';
import type { Queries } from '../../db/database.ts';
import { AppError } from '../../http/app-error.ts';
import type { ApplicationChanges } from './application-changes.ts';
import type { ApplicationRepository } from './application.repository.ts';
import { ApplicationTree } from './application-tree.ts';
import type { InstanceRepository, InstanceRow } from './instance.repository.ts';
import type { InstanceViews } from './instance-views.ts';
import type { NodeRepository } from './node.repository.ts';
import type { SpecGuard } from './spec-guard.ts';

type ApplicationView = OutputOf<typeof endpoints.listApplications>['applications'][number];
type ApplicationDetail = OutputOf<typeof endpoints.getApplication>;
type NewApplication = InputOf<typeof endpoints.createApplication>['body'];
type Update = InputOf<typeof endpoints.updateApplication>['body'];
type Plan = OutputOf<typeof endpoints.planApplication>;

/** How the service tree takes a node in, and lets one go; it also tells everybody that rights are different. */
export interface TreeNodesDoor {
  create(
    node: { parent: string; name: string; displayName: string; description: string },
    also: (queries: Queries, id: string) => Promise<void>,
  ): Promise<string>;
  remove(id: string, before: (queries: Queries) => Promise<void>): Promise<void>;
}

interface ApplicationServiceParts {
  authoriser: Authoriser;
  tree: TreeNodesDoor;
  applications: ApplicationRepository;
  instances: InstanceRepository;
  nodes: NodeRepository;
  views: InstanceViews;
  changes: ApplicationChanges;
  guard: SpecGuard;
  /** How many levels the service tree has. */
  levels: number;
}

/** Applications: nodes of the service tree, with what their instances share. */
export class ApplicationService {
  readonly #parts: ApplicationServiceParts;

  constructor(parts: ApplicationServiceParts) {
    this.#parts = parts;
  }

  /** As far as somebody may know of them, by path. */
  async list(
    subject: Subject,
    { project, seen = [] }: InputOf<typeof endpoints.listApplications>['query'],
  ): Promise<ApplicationView[]> {
    const { tree, visible } = await this.#parts.authoriser.treeOf(subject);
    const places = new ApplicationTree(tree, this.#parts.levels);
    const ids = [...visible].filter(
      (id) => places.isApplication(id) && (project === undefined || places.projectOf(id) === project),
    );
    const views = await this.#views(ids, places, seen);
    return views.toSorted((a, b) => (a.path < b.path ? -1 : 1));
  }

  /** Throws `notFound`. */
  async get(id: string): Promise<ApplicationDetail> {
    const places = await this.#places();
    places.requireApplication(id);
    const [view] = await this.#views([id], places, []);
    if (view === undefined) throw new AppError('notFound');
    const { applications } = this.#parts;
    const row = (await applications.rows([id])).get(id);
    return { ...view, spec: await applications.spec(id, view.version), secrets: row?.secretNames ?? [] };
  }

  /** Throws `notFound`, `conflict` where the project has one of that name, or what {@link SpecGuard} refuses. */
  async create(principal: Principal, project: string, body: NewApplication): Promise<ApplicationDetail> {
    const { applications, guard, tree } = this.#parts;
    (await this.#places()).requireProject(project);
    const { spec, ...node } = body;
    await guard.requireShared(principal, { node: project, project }, spec);
    const id = await tree.create({ ...node, parent: project }, async (queries, application) => {
      const version = (await applications.lock(queries, application)) + 1;
      await applications.addVersion(queries, application, {
        version,
        spec,
        author: principal.username,
        reason: '',
      });
    });
    return this.get(id);
  }

  /** What a change would do to each instance. Throws `notFound`. */
  async plan(id: string, spec: ApplicationSpec): Promise<Plan> {
    const { guard, instances, views } = this.#parts;
    (await this.#places()).requireApplication(id);
    const rows = await instances.list({ applicationId: id, removedAt: null });
    const problems = await guard.problemsOf(rows, spec);
    return { problems, instances: await views.planned(id, rows, spec) };
  }

  /** Throws `notFound`, `changedMeanwhile` where the version is not the newest, or what {@link SpecGuard} refuses. */
  async update(principal: Principal, id: string, body: Update): Promise<ApplicationDetail> {
    const { applications, changes, guard, instances } = this.#parts;
    const places = await this.#places();
    places.requireApplication(id);
    const change = { author: principal.username, reason: body.reason };
    const all = await instances.list({ applicationId: id, removedAt: null });
    const chosen = chosenOf(all, body.rollOut);
    await guard.requireShared(principal, { node: id, project: places.projectOf(id) }, body.spec);
    await guard.require(principal, chosen, body.spec);
    await changes.make(async (queries) => {
      if ((await applications.lock(queries, id)) !== body.version)
        throw new AppError('changedMeanwhile', { what: id });
      const version = body.version + 1;
      await applications.addVersion(queries, id, { version, spec: body.spec, ...change });
      const ids = chosen.map(({ id: instance }) => instance);
      await instances.takeOver(queries, ids, version, change);
      // where they are now
      await changes.want(queries, await instances.list({ id: { in: ids }, removedAt: null }, queries));
    });
    return this.get(id);
  }

  /** Throws `notFound`. */
  async setSecrets(id: string, secrets: Record<string, string | null>): Promise<ApplicationDetail> {
    const { applications, changes, instances } = this.#parts;
    (await this.#places()).requireApplication(id);
    await changes.make(async (queries) => {
      await applications.lock(queries, id);
      await applications.setSecrets(queries, id, secrets);
      await changes.want(queries, await instances.list({ applicationId: id, removedAt: null }, queries));
    });
    return this.get(id);
  }

  /** Throws `notFound`, or `applicationInUse` while it has instances. */
  async remove(id: string): Promise<void> {
    const { applications, nodes, tree } = this.#parts;
    (await this.#places()).requireApplication(id);
    const name = (await nodes.byId([id])).get(id)?.name ?? '';
    try {
      await tree.remove(id, (queries) => applications.remove(queries, id));
    } catch (error) {
      if (isForeignKeyViolation(error)) throw new AppError('applicationInUse', { name });
      throw error;
    }
  }

  /** @param seen of which somebody has the figures before their eyes. */
  async #views(
    ids: readonly string[],
    places: ApplicationTree,
    seen: readonly string[],
  ): Promise<ApplicationView[]> {
    const { applications, instances, nodes, views } = this.#parts;
    const texts = await nodes.byId(ids);
    const rows = await applications.rows(ids);
    const own = await instances.list({ applicationId: { in: [...ids] } });
    const shown = new Set(seen);
    const all = await views.of(
      own,
      own.filter(({ applicationId }) => shown.has(applicationId)),
    );
    const byApplication = Map.groupBy(all, ({ application }) => application);
    return [...texts.values()].map((text) => {
      const those = byApplication.get(text.id) ?? [];
      return {
        ...text,
        path: places.tree.pathOf(text.id),
        project: places.projectOf(text.id),
        version: rows.get(text.id)?.version ?? 0,
        instances: those.length,
        inPlace: those.filter(({ phase }) => phase === 'running' || phase === 'stopped').length,
      };
    });
  }

  async #places(): Promise<ApplicationTree> {
    const { tree } = await this.#parts.authoriser.policies();
    return new ApplicationTree(tree, this.#parts.levels);
  }
}

function chosenOf(rows: readonly InstanceRow[], rollOut: Update['rollOut']): InstanceRow[] {
  if (rollOut === 'all') return [...rows];
  const ids = new Set(rollOut);
  const unknown = rollOut.findIndex((id) => !rows.some((row) => row.id === id));
  if (unknown !== -1) {
    const field = `body.rollOut.${unknown}`;
    throw new AppError('invalidField', { field, reason: 'unknown' }, field);
  }
  return rows.filter(({ id }) => ids.has(id));
}
