import { ageColumn, defineKind, nameColumn } from '../kind.ts';
import type { IngressClass } from '../wire/networking.ts';

const defaultMark = 'ingressclass.kubernetes.io/is-default-class';

function parametersOf({ spec }: IngressClass): string {
  const parameters = spec?.parameters;
  if (parameters === undefined) return '<none>';
  const group = parameters.apiGroup === undefined ? '' : `.${parameters.apiGroup}`;
  return `${parameters.kind}${group}/${parameters.name}`;
}

/** IngressClasses as `kubectl get ingressclasses` prints them (`printIngressClass`). */
export const ingressclasses = defineKind({
  group: 'networking.k8s.io',
  plural: 'ingressclasses',
  kind: 'IngressClass',
  namespaced: false,
  menu: { module: 'network', order: 50 },
  facts: (ingressClass: IngressClass) => ingressClass,
  fields: {
    name: {
      column: {
        ...nameColumn.column,
        text: ({ name, cells }) => (cells.isDefault === true ? `${name} (default)` : name),
      },
    },
    isDefault: {
      type: 'boolean',
      read: ({ metadata }) => metadata?.annotations?.[defaultMark] === 'true',
    },
    controller: {
      type: 'text',
      read: ({ spec }) => spec?.controller ?? '',
      column: { header: 'CONTROLLER', width: 260 },
    },
    parameters: { type: 'text', read: parametersOf, column: { header: 'PARAMETERS', width: 260 } },
    age: ageColumn,
  },
});
