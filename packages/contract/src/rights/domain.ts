/**
 * Where a right is asked for or a grant holds. A wider one covers what is below it: everywhere covers all, a cluster
 * its namespaces, a tree node the nodes below it. On the wire `cluster` is a name; inside the API it is an id.
 */
export type Domain =
  | { kind: 'all' }
  | { kind: 'cluster'; cluster: string }
  | { kind: 'namespace'; cluster: string; namespace: string }
  | { kind: 'tree'; node: string };

/** As people and casbin read it: `*`, `cluster:<cluster>`, `cluster:<cluster>/<namespace>`, `tree:<node>`. */
export function domainText(of: Domain): string {
  switch (of.kind) {
    case 'all':
      return '*';
    case 'cluster':
      return `cluster:${of.cluster}`;
    case 'namespace':
      return `cluster:${of.cluster}/${of.namespace}`;
    case 'tree':
      return `tree:${of.node}`;
  }
}

/** What {@link domainText} wrote, or casbin was told (a tree node with its ancestors before it); undefined for anything else. */
export function parseDomain(text: string): Domain | undefined {
  if (text === '*') return { kind: 'all' };
  const [kind, rest = ''] = text.split(':', 2);
  const [name = '', namespace, ...more] = rest.split('/');
  if (name === '') return undefined;
  if (kind === 'tree') return { kind, node: rest.slice(rest.lastIndexOf('/') + 1) };
  if (kind !== 'cluster' || more.length > 0) return undefined;
  return namespace === undefined ? { kind, cluster: name } : { kind: 'namespace', cluster: name, namespace };
}
