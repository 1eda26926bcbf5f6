import {
  actions,
  endpointsOfActions,
  isActionOn,
  isOffered,
  type Action,
  type ActionId,
} from '@pilothouse/contract';
import { computed, shallowRef, type Ref } from 'vue';
import { useI18n } from 'vue-i18n';
import { z } from 'zod';
import { call } from '../../api/call.ts';
import type { Row } from '../../api/live-rows.ts';
import { useRights } from '../../api/rights.ts';
import { useCluster } from '../../api/use-cluster.ts';
import type { TableAction } from '../../components/ResourceTable/table-column.ts';
import type { ResourceRef } from '../resource-location.ts';
import { actionViews } from './action-view.ts';

/** What the dialog is asked to do. */
export interface ActionRequest {
  id: ActionId;
  resource: ResourceRef;
  rows: Row[];
  /** What it was asked with before; a reason is asked for anew. */
  parameters?: Record<string, unknown>;
  /** Objects it was asked for before and that are not there any more. */
  gone?: string[];
  /** It was tried without asking, and refused. */
  failure?: unknown;
}

const table = actions as unknown as Record<ActionId, Action>;
const ids = Object.keys(actions) as ActionId[];

/** Where an object lies, as paths write it. */
export function placeOf(row: Pick<Row, 'namespace'>): string {
  return row.namespace ?? '_';
}

/** Whether an action asks for nothing. */
export function hasParameters(id: ActionId): boolean {
  const { parameters } = table[id];
  return !(parameters instanceof z.ZodObject) || Object.keys(parameters.shape).length > 0;
}

/** What can be done to the objects of a kind, by the user's rights, one at a time or many. */
export function useActions(resource: Ref<ResourceRef>) {
  const { t } = useI18n();
  const rights = useRights();
  const cluster = useCluster();
  const busy = shallowRef<ReadonlySet<string>>(new Set());
  /** What the dialog asks about; null: it is closed. */
  const request = shallowRef<ActionRequest | null>(null);
  const ofKind = computed(() =>
    ids.filter((id) => isActionOn(table[id], resource.value.group, resource.value.plural)),
  );

  /** The rights of an action do not depend on parameters that are not chosen yet. */
  function asked(ask: typeof rights.may, id: ActionId, { namespace, name }: Pick<Row, 'namespace' | 'name'>) {
    const { one, many } = endpointsOfActions[id];
    const parameters = {};
    if (one !== null) {
      const params = { ...resource.value, namespace: namespace ?? '_', name };
      return ask(one, { params, body: { parameters } });
    }
    const targets = [{ name, ...(namespace !== undefined && { namespace }) }];
    return many !== null && ask(many, { params: resource.value, body: { targets, parameters } });
  }
  const may = (id: ActionId, row: Pick<Row, 'namespace' | 'name'>) => asked(rights.may, id, row);
  const maySomewhere = (id: ActionId) => asked(rights.mayInPart, id, { name: '' });

  /** Does it at once where nothing is asked (or need be) and nothing can be lost; else the dialog opens. */
  async function begin(id: ActionId, rows: Row[], { atOnce } = { atOnce: false }): Promise<void> {
    const wanted = { id, resource: resource.value, rows };
    const [row] = rows;
    const isSmall = (atOnce || !hasParameters(id)) && table[id].impact({}) === 'none' && rows.length === 1;
    const { one } = endpointsOfActions[id];
    if (row === undefined || one === null || !isSmall || cluster.value?.environment === 'production') {
      request.value = wanted;
      return;
    }
    busy.value = new Set([...busy.value, row.uid]);
    try {
      await call(one, {
        params: { ...resource.value, namespace: placeOf(row), name: row.name },
        body: { uid: row.uid },
      });
    } catch (failure) {
      request.value = { ...wanted, failure };
    } finally {
      busy.value = new Set([...busy.value].filter((uid) => uid !== row.uid));
    }
  }

  /** Told once: a page of rows has hundreds of buttons. */
  const labels = computed(() => new Map(ofKind.value.map((id) => [id, t(`actions.${id}.label`)])));

  function button<T>(id: ActionId, rowsOf: (subject: T) => Row[]): TableAction<T> {
    return {
      id,
      label: labels.value.get(id) ?? id,
      icon: actionViews[id].icon,
      danger: table[id].impact({}) === 'destructive',
      run: (subject) => void begin(id, rowsOf(subject)),
    };
  }

  return {
    busy,
    request,
    begin,
    may,
    /** The buttons of one object. */
    buttonsOf: (row: Row): TableAction<Row>[] =>
      ofKind.value
        .filter((id) => isOffered(table[id], row.cells) && may(id, row))
        .map((id) => button(id, (subject: Row) => [subject])),
    /** The buttons above a selection. */
    batchButtons: computed<TableAction<Row[]>[]>(() =>
      ofKind.value
        .filter((id) => table[id].batch && maySomewhere(id))
        .map((id) => button(id, (rows: Row[]) => rows)),
    ),
  };
}
