import type { LocationQuery, RouteLocationRaw } from 'vue-router';

/** Which pods' logs a page shows; it lives in the URL. */
export type LogsView = {
  namespace: string;
  /** Absent: kubectl's default container of each pod. */
  container?: string;
} & ({ labelSelector: string } | { pods: string[] });

/** The page of several pods' logs. */
export function logsLocation(cluster: string, view: LogsView): RouteLocationRaw {
  return { name: 'logs', params: { cluster }, query: { ...view } };
}

/** What the URL asks for; null when that is nothing. */
export function readLogsView(query: LocationQuery): LogsView | null {
  const texts = (key: string) => [query[key]].flat().filter((text): text is string => Boolean(text));
  const [[namespace], [labelSelector], [container]] = [
    texts('namespace'),
    texts('labelSelector'),
    texts('container'),
  ];
  const pods = [...new Set(texts('pods'))].toSorted();
  if (namespace === undefined) return null;
  const place = container === undefined ? { namespace } : { namespace, container };
  if (labelSelector !== undefined) return { ...place, labelSelector };
  return pods.length === 0 ? null : { ...place, pods };
}
