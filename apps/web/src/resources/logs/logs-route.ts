import { endpoints } from '@pilothouse/contract';
import type { RouteLocationNormalized, RouteRecordRaw } from 'vue-router';
import { inPart, requirementsOf } from '../../api/rights.ts';

/** The rights to follow pods' logs, at least somewhere in the cluster. */
function readsLogs({ params }: RouteLocationNormalized) {
  const cluster = String(params['cluster']);
  return inPart(requirementsOf(endpoints.createTicket, { body: { purpose: 'logs', cluster } }));
}

/** The page of several pods' logs, as a child of `/clusters/:cluster`. */
export const logsRoute: RouteRecordRaw = {
  path: 'pods/logs',
  name: 'logs',
  component: () => import('./PodsLogPage.vue'),
  props: true,
  meta: { title: 'log.many', requires: readsLogs },
};
