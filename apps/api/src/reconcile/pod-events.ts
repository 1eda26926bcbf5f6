import type { Event, Pod } from '@pilothouse/kinds';
import { eachObject, type ClusterConnection } from '@pilothouse/kube';

const eventResource = { group: '', version: 'v1', plural: 'events' };
const most = 5000;

/** As a server sends it. */
type MetEvent = Event & { metadata: { name: string; uid: string; resourceVersion: string } };

/** Events of Pods of a namespace, for whoever asks why they don't run; of those that are well none is asked for. */
export async function podEvents(
  connection: ClusterConnection,
  namespace: string,
  pods: readonly Pod[],
): Promise<Event[]> {
  const uids = new Set(pods.filter((pod) => !isWell(pod)).map(({ metadata }) => metadata?.uid));
  const events: Event[] = [];
  if (uids.size === 0) return events;
  await eachObject<MetEvent>(
    connection,
    { ...eventResource, namespace },
    (event) => {
      if (uids.has(event.involvedObject?.uid) && events.length < most) events.push(event);
    },
    { fieldSelector: 'involvedObject.kind=Pod', withoutManagedFields: true },
  );
  return events;
}

/** Nothing is to be said of it. */
function isWell({ status }: Pod): boolean {
  if (status?.phase === 'Succeeded') return true;
  return status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') === true;
}
