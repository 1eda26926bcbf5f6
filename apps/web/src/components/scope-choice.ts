import type { Domain } from '@pilothouse/contract';

/** Where something holds, as fields of a form: those that its kind has no use for are empty. */
export interface ScopeChoice {
  kind: Domain['kind'];
  cluster: string;
  namespace: string;
  node: string;
}

/** The choice as the API takes it. */
export function scopeOf({ kind, cluster, namespace, node }: ScopeChoice): Domain {
  switch (kind) {
    case 'all':
      return { kind };
    case 'cluster':
      return { kind, cluster };
    case 'namespace':
      return { kind, cluster, namespace };
    case 'tree':
      return { kind, node };
  }
}
