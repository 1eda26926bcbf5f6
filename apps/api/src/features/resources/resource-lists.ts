import { resourceRight, type InputOf, type OutputOf, type resourceEndpoints } from '@pilothouse/contract';
import type { Row } from '@pilothouse/kinds';
import type { PageQuery, RowFilter } from '@pilothouse/kube';
import type { Authoriser, Scope } from '../../authz/authoriser.ts';
import type { Principal } from '../../authz/principal.ts';
import { AppError } from '../../http/app-error.ts';
import type { LiveList } from '../../ws/live-topics.ts';
import { streamErrorOf } from '../../ws/stream-error.ts';
import { groupRows } from './group-rows.ts';
import { onKindGone, servedKind, type FindCluster, type ServedKind } from './resource-cluster.ts';
import type { RowSource } from './row-source.ts';
import type { RowSources } from './row-sources.ts';

type ListEndpoint = typeof resourceEndpoints.listResources;
type ListAnswer = OutputOf<ListEndpoint>;

/** A list as somebody asked for it, who may see `scope` of it. */
export type ListCall = InputOf<ListEndpoint> & { principal: Principal; scope: Scope; signal: AbortSignal };

type GroupsEndpoint = typeof resourceEndpoints.groupResources;
export type GroupsCall = InputOf<GroupsEndpoint> & {
  principal: Principal;
  scope: Scope;
  signal: AbortSignal;
};

/** What of the kind's rows a call may see, and what it wants of them. */
interface Selection {
  /** Namespaces to list; undefined: all. */
  namespaces: string[] | undefined;
  filter: RowFilter<Row>;
  narrowedTo: string[] | null;
}

function isNamespaces({ descriptor }: ServedKind): boolean {
  return descriptor.group === 'core' && descriptor.plural === 'namespaces';
}

/** Some kinds (`selfsubjectaccessreviews`) are questions: there is nothing to list. */
function checkVerbs({ resource: { plural, verbs } }: ServedKind): void {
  if (!verbs.includes('list'))
    throw new AppError('invalid', { reason: `the cluster offers no list of ${plural}` });
}

/** Only what the kind declares may be sorted by. */
function checkSort({ descriptor }: ServedKind, sort: string | undefined): void {
  for (const key of sort?.split(',') ?? []) {
    const field = key.replace(/^-/, '');
    const known = field === 'name' || field === 'namespace' || Object.hasOwn(descriptor.fields, field);
    if (!known)
      throw new AppError(
        'invalidField',
        { field: 'query.sort', reason: `unknown field ${field}` },
        'query.sort',
      );
  }
}

/** Lists of objects as rows, narrowed to what the caller may see; the same for an answer and for a live subscription. */
export class ResourceLists {
  readonly #find: FindCluster;
  readonly #sources: RowSources;
  readonly #authoriser: Pick<Authoriser, 'require'>;

  constructor(find: FindCluster, sources: RowSources, authoriser: Pick<Authoriser, 'require'>) {
    this.#find = find;
    this.#sources = sources;
    this.#authoriser = authoriser;
  }

  /** One page. Rejects with KubeError where the cluster keeps the rows from us. */
  async read(call: ListCall): Promise<ListAnswer> {
    const list = await this.open(call);
    try {
      return list.page();
    } finally {
      list.release();
    }
  }

  /** The list kept open, to follow it. */
  async open(call: ListCall): Promise<LiveList> {
    const kind = await servedKind(this.#find, call.params);
    const { query } = call;
    checkVerbs(kind);
    checkSort(kind, query.sort);
    const { namespaces, filter, narrowedTo } = await this.#select(kind, call);
    const lease = await this.#sources.open(kind, namespaces, {
      withUsage: query.withUsage,
      signal: call.signal,
    });
    try {
      const source = lease.value;
      const matches = source.matcher(filter);
      const wanted: PageQuery<Row> = {
        ...filter,
        sort: query.sort,
        page: query.page,
        pageSize: query.pageSize,
      };
      const over = new AbortController();
      const close = () => over.abort();
      const stopListening = onKindGone(kind, close);
      const { closed } = kind.cluster.connection;
      closed.addEventListener('abort', close);
      return listOf(source, {
        matches,
        wanted,
        narrowedTo,
        closed: over.signal,
        release: () => {
          stopListening();
          closed.removeEventListener('abort', close);
          lease.release();
        },
      });
    } catch (error) {
      lease.release();
      throw error;
    }
  }

  /** The same rows by a label. Rejects with KubeError where the cluster keeps the rows from us. */
  async groups(call: GroupsCall): Promise<OutputOf<GroupsEndpoint>> {
    const kind = await servedKind(this.#find, call.params);
    checkVerbs(kind);
    const { namespaces, filter } = await this.#select(kind, call);
    const lease = await this.#sources.open(kind, namespaces, { signal: call.signal });
    try {
      const source = lease.value;
      const { by } = call.query;
      const rows = source.rows().filter(source.matcher(filter));
      const { grouping } = kind.descriptor;
      const groups = groupRows(rows, (row) => source.labelsOf(row), { by, grouping });
      return { ...groups, asOf: source.asOf.toISOString(), state: source.state };
    } finally {
      lease.release();
    }
  }

  async #select(
    kind: ServedKind,
    { params, query, principal, scope }: Omit<ListCall, 'query'> & Pick<GroupsCall, 'query'>,
  ): Promise<Selection> {
    const { q, labelSelector, fieldSelector } = query;
    const wanted = { q, labelSelector, fieldSelector };
    const narrowedTo = scope === 'all' ? null : scope;
    if (kind.resource.namespaced) {
      const namespaces = narrowedTo ?? query.namespace;
      return { namespaces, filter: { ...wanted, namespaces }, narrowedTo };
    }
    if (query.namespace !== undefined) throw new AppError('notNamespaced', { plural: params.plural });
    // a namespace is seen by those who may see what is in it
    if (isNamespaces(kind) && narrowedTo !== null) {
      const names = new Set(narrowedTo);
      return {
        namespaces: undefined,
        filter: { ...wanted, filter: ({ name }) => names.has(name) },
        narrowedTo,
      };
    }
    // a right in some namespace is none to objects outside all of them
    if (narrowedTo !== null) await this.#authoriser.require(principal, [resourceRight(params, 'list')]);
    return { namespaces: undefined, filter: wanted, narrowedTo: null };
  }
}

/** What keeps the rows from being the present, in the cluster's words where it has some. */
function problemsOf({ problems }: RowSource): ListAnswer['problems'] {
  return problems.map(({ namespace, error }) => ({ namespace, error: streamErrorOf(error) }));
}

function listOf(
  source: RowSource,
  list: {
    matches: (row: Row) => boolean;
    wanted: PageQuery<Row>;
    narrowedTo: string[] | null;
    closed: AbortSignal;
    release: () => void;
  },
): LiveList {
  const { matches, wanted, narrowedTo, closed, release } = list;
  return {
    get state() {
      return source.state;
    },
    get asOf() {
      return source.asOf;
    },
    get problems() {
      return problemsOf(source);
    },
    page: () => ({ ...source.page(wanted), narrowedTo, problems: problemsOf(source) }),
    matching: () => source.rows().filter(matches),
    matches,
    onChange: (listener) => source.onChange(listener),
    closed,
    release,
  };
}
