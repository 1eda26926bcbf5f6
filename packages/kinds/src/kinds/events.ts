import { age } from '../human-duration.ts';
import { defineKind, textColumn, type Level, type Row } from '../kind.ts';
import type { Event } from '../wire/core.ts';

type Instant = string | undefined | null;

/** Times come with seconds or with microseconds; with one width they sort as text. */
function instant(time: Instant): string | null {
  return time
    ? time.replace(/(?:\.(\d{1,9}))?Z$/, (_all, digits?: string) => `.${(digits ?? '').padEnd(6, '0')}Z`)
    : null;
}

const firstSeen = (event: Event): Instant => event.firstTimestamp || event.eventTime;
const lastSeen = (event: Event): Instant =>
  event.series ? event.series.lastObservedTime : event.lastTimestamp || firstSeen(event);

/** lastTimestamp can precede firstTimestamp and eventTime can be null: the newest of them all says when it happened. */
function newest(event: Event): string | null {
  const times = [event.eventTime, event.lastTimestamp, event.firstTimestamp, event.series?.lastObservedTime]
    .map(instant)
    .filter((time) => time !== null);
  return times.toSorted().at(-1) ?? null;
}

function countOf(event: Event): number {
  return event.series ? (event.series.count ?? 0) : event.count || 1;
}

function sourceOf(event: Event): string {
  const component = event.source?.component || event.reportingComponent || '';
  const host = event.source?.host || event.reportingInstance || '';
  return host === '' ? component : `${component}, ${host}`;
}

const levelOf = ({ cells }: Row): Level => (cells.type === 'Normal' ? 'neutral' : 'warning');

/** Events as `kubectl get events -o wide` prints them (`printEvent`). `newest` is what they should be sorted by. */
export const events = defineKind({
  group: 'core',
  plural: 'events',
  kind: 'Event',
  category: 'cluster',
  fields: {
    newest: 'time',
    lastSeen: 'time',
    firstSeen: 'time',
    type: 'text',
    reason: 'text',
    object: 'text',
    subobject: 'text',
    source: 'text',
    message: 'text',
    count: 'number',
    involvedKind: 'text',
    involvedNamespace: 'text',
    involvedName: 'text',
    involvedUid: 'text',
  },
  fieldSelectors: {
    'involvedObject.kind': 'involvedKind',
    'involvedObject.namespace': 'involvedNamespace',
    'involvedObject.name': 'involvedName',
    'involvedObject.uid': 'involvedUid',
    reason: 'reason',
    type: 'type',
  },
  columns: [
    {
      id: 'lastSeen',
      header: 'LAST SEEN',
      standard: true,
      sortBy: 'newest',
      text: ({ cells }, now) => age(cells.lastSeen as string | null, now),
    },
    { ...textColumn('type', 'TYPE', true), level: levelOf },
    textColumn('reason', 'REASON', true),
    textColumn('object', 'OBJECT', true),
    textColumn('subobject', 'SUBOBJECT', false),
    textColumn('source', 'SOURCE', false),
    textColumn('message', 'MESSAGE', true),
    {
      id: 'firstSeen',
      header: 'FIRST SEEN',
      standard: false,
      sortBy: 'firstSeen',
      text: ({ cells }, now) => age(cells.firstSeen as string | null, now),
    },
    textColumn('count', 'COUNT', false),
    { id: 'name', header: 'NAME', standard: false, sortBy: 'name', text: (row) => row.name },
  ],
  actions: [],
  project(event: Event) {
    const { kind = '', namespace, name = '', uid, fieldPath = '' } = event.involvedObject;
    return {
      newest: newest(event),
      lastSeen: instant(lastSeen(event)),
      firstSeen: instant(firstSeen(event)),
      type: event.type ?? '',
      reason: event.reason ?? '',
      object: name === '' ? kind.toLowerCase() : `${kind.toLowerCase()}/${name}`,
      subobject: fieldPath,
      source: sourceOf(event),
      message: (event.message ?? '').trim(),
      count: countOf(event),
      involvedKind: kind,
      involvedNamespace: namespace ?? null,
      involvedName: name,
      involvedUid: uid ?? null,
    };
  },
});
