import {
  CodeOutlined,
  DeleteOutlined,
  FileTextOutlined,
  PauseCircleOutlined,
  PlayCircleOutlined,
} from '@ant-design/icons-vue';
import { endpoints, mostLogSources, resourceActions, resourceRight } from '@pilothouse/contract';
import { descriptorFor, type ActionName } from '@pilothouse/kinds';
import { computed, ref, shallowRef, type Component, type Ref } from 'vue';
import { useI18n } from 'vue-i18n';
import { useRoute, useRouter } from 'vue-router';
import { ApiError } from '../../api/api-error.ts';
import { call } from '../../api/call.ts';
import type { Row } from '../../api/live-rows.ts';
import { useCan } from '../../app/rights.ts';
import type { TableAction } from '../../components/ResourceTable/table-column.ts';
import { logsLocation } from '../../features/log/logs-location.ts';
import { detailLocation, type ResourceRef } from '../resource-location.ts';

const icons: Record<ActionName, Component> = {
  cordon: PauseCircleOutlined,
  uncordon: PlayCircleOutlined,
  delete: DeleteOutlined,
};

/** What the rows of a list can have done to them, one at a time or many, by the user's rights. */
export function useResourceActions(resource: Ref<ResourceRef>, selection: Ref<ReadonlyMap<string, Row>>) {
  const { t } = useI18n();
  const can = useCan();
  const router = useRouter();
  const route = useRoute();
  const busy = shallowRef<ReadonlySet<string>>(new Set());
  const error = shallowRef<ApiError | null>(null);
  /** Rows whose deletion waits to be confirmed. */
  const toDelete = ref<Row[]>([]);

  const actions = computed(() => descriptorFor(resource.value.group, resource.value.plural).actions);
  const isPods = computed(() => resource.value.group === 'core' && resource.value.plural === 'pods');
  const canPatch = computed(() => can([resourceRight(resource.value, 'patch')]));

  function mayAct(action: ActionName, row: Row): boolean {
    const place = row.namespace === undefined ? {} : { namespace: row.namespace };
    return can([resourceRight({ ...resource.value, ...place }, resourceActions[action].verb)]);
  }

  async function act(action: 'cordon' | 'uncordon', row: Row) {
    busy.value = new Set([...busy.value, row.uid]);
    error.value = null;
    const params = { ...resource.value, namespace: row.namespace ?? '_', name: row.name, action };
    try {
      await call(endpoints.actOnResource, { params, body: {} });
    } catch (failure) {
      if (!(failure instanceof ApiError)) throw failure;
      error.value = failure;
    } finally {
      busy.value = new Set([...busy.value].filter((uid) => uid !== row.uid));
    }
  }

  /** Starts the action as an operation and opens its drawer. */
  async function actOnMany(
    action: ActionName,
    rows: Row[],
    parameters: { gracePeriodSeconds?: number } = {},
  ) {
    error.value = null;
    const targets = rows.map(({ name, namespace, uid }) => ({
      name,
      uid,
      ...(namespace === undefined ? {} : { namespace }),
    }));
    try {
      const { operation } = await call(endpoints.actOnResources, {
        params: { ...resource.value, action },
        body: { targets, parameters },
      });
      await router.push({ query: { ...route.query, operation } });
    } catch (failure) {
      if (!(failure instanceof ApiError)) throw failure;
      error.value = failure;
    }
  }

  function label(action: string): string {
    return t(`resources.action.${action}`);
  }

  function rowActions(row: Row): TableAction<Row>[] {
    const shown: TableAction<Row>[] = [];
    const place = row.namespace === undefined ? {} : { namespace: row.namespace };
    const open = (tab: string) => void router.push(detailLocation(resource.value, row, { tab }));
    if (isPods.value && can([resourceRight({ ...resource.value, ...place }, 'get', 'log')]))
      shown.push({ id: 'logs', label: label('logs'), icon: FileTextOutlined, run: () => open('logs') });
    if (isPods.value && can([resourceRight({ ...resource.value, ...place }, 'create', 'exec')]))
      shown.push({ id: 'shell', label: label('shell'), icon: CodeOutlined, run: () => open('shell') });
    if (actions.value.includes('delete') && mayAct('delete', row))
      shown.push({
        id: 'delete',
        label: label('delete'),
        icon: DeleteOutlined,
        danger: true,
        run: () => {
          toDelete.value = [row];
        },
      });
    return shown;
  }

  /** The logs of the selected pods in one; a stream is of one namespace. */
  const logsAction = computed<TableAction<Row[]>>(() => {
    const namespaces = new Set([...selection.value.values()].map(({ namespace }) => namespace));
    const tooMany = selection.value.size > mostLogSources ? t('log.tooMany', { most: mostLogSources }) : null;
    return {
      id: 'logs',
      label: label('logs'),
      icon: FileTextOutlined,
      disabledBecause: namespaces.size > 1 ? t('log.oneNamespace') : tooMany,
      run: (rows) => {
        const [{ namespace } = {}] = rows;
        if (namespace === undefined) return;
        const pods = rows.map(({ name }) => name).toSorted();
        void router.push(logsLocation(resource.value.cluster, { namespace, pods }));
      },
    };
  });

  const ownActions = computed<TableAction<Row[]>[]>(() =>
    actions.value
      .filter((action) =>
        can([{ ...resourceRight(resource.value, resourceActions[action].verb), match: 'narrows' }]),
      )
      .map((action) => ({
        id: action,
        label: label(action),
        icon: icons[action],
        danger: action === 'delete',
        run: (rows) => {
          if (action === 'delete') toDelete.value = rows;
          else void actOnMany(action, rows);
        },
      })),
  );

  const batchActions = computed(() => {
    const seesLogs = can([{ ...resourceRight(resource.value, 'get', 'log'), match: 'narrows' }]);
    return isPods.value && seesLogs ? [logsAction.value, ...ownActions.value] : ownActions.value;
  });

  return { busy, error, toDelete, canPatch, act, actOnMany, rowActions, batchActions };
}
