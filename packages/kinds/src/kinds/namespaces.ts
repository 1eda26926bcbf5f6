import { ageColumn, defineKind, nameColumn, textColumn, type Level, type Row } from '../kind.ts';
import type { Namespace } from '../wire/core.ts';

const levelOf = ({ cells }: Row): Level => (cells.status === 'Active' ? 'ok' : 'progress');

/** Namespaces as `kubectl get namespaces` prints them (`printNamespace`). */
export const namespaces = defineKind({
  group: 'core',
  plural: 'namespaces',
  kind: 'Namespace',
  category: 'cluster',
  fields: { status: 'text' },
  fieldSelectors: { 'status.phase': 'status' },
  columns: [nameColumn, { ...textColumn('status', 'STATUS', true), level: levelOf }, ageColumn],
  actions: [],
  project: (namespace: Namespace) => ({ status: namespace.status?.phase ?? '' }),
});
