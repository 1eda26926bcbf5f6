import { FileTextOutlined } from '@ant-design/icons-vue';
import { endpoints } from '@pilothouse/contract';
import { logsLocation } from '../../logs/logs-location.ts';
import type { OwnActions, PageContext } from '../../override.ts';

/** The logs of all pods a workload selects, in one. */
export function workloadActions({ resource, t, may, router }: PageContext): OwnActions {
  return {
    ofRow({ namespace, cells }) {
      const selector = String(cells.selector ?? '');
      if (namespace === undefined || selector === '') return [];
      const logs = { purpose: 'logs' as const, cluster: resource.cluster, namespace };
      if (!may(endpoints.createTicket, { body: logs })) return [];
      return [
        {
          id: 'logs',
          label: t('resources.action.logs'),
          icon: FileTextOutlined,
          run: () => void router.push(logsLocation(resource.cluster, { namespace, labelSelector: selector })),
        },
      ];
    },
    batch: [],
  };
}
