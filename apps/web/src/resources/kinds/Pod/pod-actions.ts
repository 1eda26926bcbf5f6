import { CodeOutlined, FileTextOutlined, SwapOutlined } from '@ant-design/icons-vue';
import { endpoints, mostLogSources } from '@pilothouse/contract';
import type { Row } from '../../../api/live-rows.ts';
import type { TableAction } from '../../../components/ResourceTable/table-column.ts';
import { logsLocation } from '../../logs/logs-location.ts';
import type { OwnActions, PageContext } from '../../override.ts';
import { detailLocation } from '../../resource-location.ts';

/** Where a Pod's logs and shell are; the logs of several in one. */
export function podActions({
  resource,
  selection,
  t,
  may,
  mayInPart,
  router,
  forwardsPorts,
}: PageContext): OwnActions {
  const labels = {
    logs: t('resources.action.logs'),
    shell: t('resources.action.shell'),
    port: t('portForward.verb'),
  };

  function ofRow(row: Row): TableAction<Row>[] {
    const place = { cluster: resource.cluster, namespace: row.namespace ?? '' };
    const open = (tab: string) => void router.push(detailLocation(resource, row, { tab }));
    const logs = {
      id: 'logs',
      label: labels.logs,
      icon: FileTextOutlined,
      run: () => open('logs'),
    };
    const shell = {
      id: 'shell',
      label: labels.shell,
      icon: CodeOutlined,
      disabledBecause:
        row.cells.phase === 'Running'
          ? null
          : t('shell.podNotRunning', { status: String(row.cells.status ?? '') }),
      run: () => open('shell'),
    };
    const port = {
      id: 'port',
      label: labels.port,
      icon: SwapOutlined,
      disabledBecause: shell.disabledBecause,
      run: () => open('ports'),
    };
    return [
      ...(may(endpoints.createTicket, { body: { purpose: 'log', ...place } }) ? [logs] : []),
      ...(may(endpoints.createTicket, { body: { purpose: 'exec', ...place } }) ? [shell] : []),
      ...(forwardsPorts && may(endpoints.openPortForward, { body: place }) ? [port] : []),
    ];
  }

  /** A stream is of one namespace. */
  function logsOfMany(): TableAction<Row[]> {
    const namespaces = new Set([...selection.values()].map(({ namespace }) => namespace));
    const tooMany = selection.size > mostLogSources ? t('log.tooMany', { most: mostLogSources }) : null;
    return {
      id: 'logs',
      label: labels.logs,
      icon: FileTextOutlined,
      disabledBecause: namespaces.size > 1 ? t('log.oneNamespace') : tooMany,
      run: (rows) => {
        const [{ namespace } = {}] = rows;
        if (namespace === undefined) return;
        const pods = rows.map(({ name }) => name).toSorted();
        void router.push(logsLocation(resource.cluster, { namespace, pods }));
      },
    };
  }

  const { cluster } = resource;
  const seesLogs = mayInPart(endpoints.createTicket, { body: { purpose: 'logs', cluster } });
  return { ofRow, batch: seesLogs ? [logsOfMany()] : [] };
}
