import { domainText, type Domain } from '@pilothouse/contract';

/** Who holds a grant. */
export type GrantSubject = { kind: 'user'; id: string } | { kind: 'group'; id: string };

/** The columns that say where something holds. */
export interface DomainColumns {
  domainKind: string;
  clusterId: string | null;
  namespace: string | null;
  treeNodeId: string | null;
}

/** The columns of `grants` that say who holds it, and where. */
export interface GrantColumns extends DomainColumns {
  subjectKind: string;
  userId: string | null;
  groupId: string | null;
}

/** Who holds the grant of a row. */
export function grantSubject(row: GrantColumns): GrantSubject {
  const kind = row.subjectKind as GrantSubject['kind'];
  switch (kind) {
    case 'user':
      return { kind, id: present(row.userId) };
    case 'group':
      return { kind, id: present(row.groupId) };
    default:
      return unheardOf(kind);
  }
}

/** Where the grant of a row holds; its cluster goes by id. */
export function grantDomain(row: DomainColumns): Domain {
  const kind = row.domainKind as Domain['kind'];
  switch (kind) {
    case 'all':
      return { kind };
    case 'cluster':
      return { kind, cluster: present(row.clusterId) };
    case 'namespace':
      return { kind, cluster: present(row.clusterId), namespace: present(row.namespace) };
    case 'tree':
      return { kind, node: present(row.treeNodeId) };
    default:
      return unheardOf(kind);
  }
}

/** The columns of a grant to a subject, in a domain whose cluster goes by id. */
export function grantColumns(subject: GrantSubject, domain: Domain): GrantColumns & { domain: string } {
  return {
    subjectKind: subject.kind,
    userId: subject.kind === 'user' ? subject.id : null,
    groupId: subject.kind === 'group' ? subject.id : null,
    domain: domainText(domain),
    ...domainColumns(domain),
  };
}

/** The columns of a domain whose cluster goes by id. */
export function domainColumns(domain: Domain): DomainColumns {
  return {
    domainKind: domain.kind,
    clusterId: 'cluster' in domain ? domain.cluster : null,
    namespace: domain.kind === 'namespace' ? domain.namespace : null,
    treeNodeId: domain.kind === 'tree' ? domain.node : null,
  };
}

/** A row of a later version must not count as something else here. */
function unheardOf(kind: never): never {
  throw new Error(`a grant of the kind ${String(kind)}`);
}

function present(value: string | null): string {
  if (value === null) throw new Error('a grant without what its kind needs');
  return value;
}
