import type { LocationQuery, LocationQueryRaw } from 'vue-router';
import { pageSizes } from '../components/paged-query.ts';

/** Everything that defines a list's view besides the cluster; it lives in the URL and nowhere else. */
export interface ListState {
  page: number;
  pageSize: number;
  /** `-field,field` as the API takes it; null: the kind's own order. */
  sort: string | null;
  q: string;
  labelSelector: string;
  /** Of a kind's own filters. */
  fieldSelector: string;
  /** The label that it is grouped by. */
  groupBy: string;
  /** Empty: all the caller may see. */
  namespaces: string[];
  /** The columns and the order are those of use: `kubectl top`. */
  isUsage: boolean;
}

const defaults: ListState = {
  page: 1,
  pageSize: 50,
  sort: null,
  q: '',
  labelSelector: '',
  fieldSelector: '',
  groupBy: '',
  namespaces: [],
  isUsage: false,
};

function strings(value: LocationQuery[string] | undefined): string[] {
  return (Array.isArray(value) ? value : [value]).filter((each): each is string => Boolean(each));
}

function positive(value: string | undefined, otherwise: number): number {
  const number = Number(value);
  return Number.isSafeInteger(number) && number > 0 ? number : otherwise;
}

/** Reads a list's view from the URL; what is missing or makes no sense is the default. */
export function readListState(query: LocationQuery): ListState {
  const first = (key: string) => strings(query[key])[0];
  const pageSize = positive(first('pageSize'), defaults.pageSize);
  return {
    page: positive(first('page'), defaults.page),
    pageSize: pageSizes.includes(pageSize) ? pageSize : defaults.pageSize,
    sort: first('sort') ?? defaults.sort,
    q: first('q') ?? defaults.q,
    labelSelector: first('labelSelector') ?? defaults.labelSelector,
    fieldSelector: first('fieldSelector') ?? defaults.fieldSelector,
    groupBy: first('groupBy') ?? defaults.groupBy,
    namespaces: strings(query.namespace),
    isUsage: first('view') === 'usage',
  };
}

/** Writes a view into the URL's query, leaving defaults out and other keys (an open drawer) as they are. */
export function writeListState(query: LocationQuery, state: ListState): LocationQueryRaw {
  const written: LocationQueryRaw = { ...query };
  const set = (key: string, value: string | string[] | undefined) => {
    if (value === undefined || value.length === 0) delete written[key];
    else written[key] = value;
  };
  set('page', state.page === defaults.page ? undefined : String(state.page));
  set('pageSize', state.pageSize === defaults.pageSize ? undefined : String(state.pageSize));
  set('sort', state.sort ?? undefined);
  set('q', state.q);
  set('labelSelector', state.labelSelector);
  set('fieldSelector', state.fieldSelector);
  set('groupBy', state.groupBy);
  set('namespace', state.namespaces);
  set('view', state.isUsage ? 'usage' : undefined);
  return written;
}

/** What the list endpoint is asked for. */
export function listQueryOf(state: ListState) {
  return {
    page: state.page,
    pageSize: state.pageSize,
    ...(state.sort === null ? {} : { sort: state.sort }),
    ...(state.q === '' ? {} : { q: state.q }),
    ...(state.labelSelector === '' ? {} : { labelSelector: state.labelSelector }),
    ...(state.fieldSelector === '' ? {} : { fieldSelector: state.fieldSelector }),
    ...(state.namespaces.length === 0 ? {} : { namespace: state.namespaces }),
    ...(state.isUsage ? { withUsage: 'true' } : {}),
  };
}
