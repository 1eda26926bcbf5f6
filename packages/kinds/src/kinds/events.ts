import { defineKind, nameColumn } from '../kind.ts';
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

function objectOf({ involvedObject: { kind = '', name = '' } }: Event): string {
  return name === '' ? kind.toLowerCase() : `${kind.toLowerCase()}/${name}`;
}

/** Events as `kubectl get events -o wide` prints them (`printEvent`), the newest first. */
export const events = defineKind({
  group: 'core',
  plural: 'events',
  kind: 'Event',
  namespaced: true,
  menu: { module: 'clusters', order: 30 },
  facts: (event: Event) => event,
  isFoundByName: false,
  fields: {
    newest: { type: 'time', read: newest },
    lastSeen: {
      type: 'time',
      read: (event) => instant(lastSeen(event)),
      column: { header: 'LAST SEEN', width: 90, sortBy: 'newest' },
    },
    type: {
      type: 'text',
      read: (event) => event.type ?? '',
      column: {
        header: 'TYPE',
        width: 90,
        level: ({ cells }) => (cells.type === 'Normal' ? 'neutral' : 'warning'),
      },
    },
    reason: {
      type: 'text',
      read: (event) => event.reason ?? '',
      column: { header: 'REASON', width: 150 },
    },
    object: { type: 'text', read: objectOf, column: { header: 'OBJECT', width: 230 } },
    subobject: {
      type: 'text',
      read: ({ involvedObject }) => involvedObject.fieldPath ?? '',
      column: { header: 'SUBOBJECT', wide: true },
    },
    source: { type: 'text', read: sourceOf, column: { header: 'SOURCE', wide: true } },
    message: {
      type: 'text',
      read: (event) => (event.message ?? '').trim(),
      column: { header: 'MESSAGE', grows: true },
    },
    firstSeen: {
      type: 'time',
      read: (event) => instant(firstSeen(event)),
      column: { header: 'FIRST SEEN', wide: true },
    },
    count: {
      type: 'number',
      read: countOf,
      column: { header: 'COUNT', wide: true, width: 70, align: 'right' },
    },
    name: { column: { ...nameColumn.column, wide: true } },
    involvedApiVersion: { type: 'text', read: ({ involvedObject }) => involvedObject.apiVersion ?? '' },
    involvedKind: { type: 'text', read: ({ involvedObject }) => involvedObject.kind ?? '' },
    involvedNamespace: { type: 'text', read: ({ involvedObject }) => involvedObject.namespace ?? null },
    involvedName: { type: 'text', read: ({ involvedObject }) => involvedObject.name ?? '' },
    involvedUid: { type: 'text', read: ({ involvedObject }) => involvedObject.uid ?? null },
  },
  columns: ['lastSeen', 'type', 'reason', 'object', 'count', 'message'],
  defaultSort: '-newest',
  fieldSelectors: {
    'involvedObject.kind': 'involvedKind',
    'involvedObject.namespace': 'involvedNamespace',
    'involvedObject.name': 'involvedName',
    'involvedObject.uid': 'involvedUid',
    reason: 'reason',
    type: 'type',
  },
});
