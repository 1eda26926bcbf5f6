import { apiPath } from '../transport/api-path.ts';
import type { CallOptions, ClusterConnection } from '../transport/connection.ts';

const authorization = { group: 'authorization.k8s.io', version: 'v1' };

/** `authorization/v1 ResourceRule`, and `NonResourceRule` where there are URLs. */
export interface OwnRule {
  verbs: string[];
  groups: string[];
  resources: string[];
  /** The names it is limited to; none: all. */
  names: string[];
  urls: string[];
}

/** What the credential may do, as far as the cluster can list it. */
export interface OwnRules {
  rules: OwnRule[];
  /** The cluster has an authoriser that cannot list its rules: there may be more. */
  isIncomplete: boolean;
}

/** One thing to do; without a namespace everywhere. */
export interface AccessQuestion {
  verb: string;
  group: string;
  plural: string;
  subresource?: string;
  namespace?: string;
}

/** Rules more than these are left out; `isIncomplete` says so. */
const mostRules = 1000;

/** What the credential may do in a namespace and beyond (SelfSubjectRulesReview). Rejects with KubeError. */
export async function readOwnRules(
  connection: ClusterConnection,
  namespace: string,
  call: CallOptions = {},
): Promise<OwnRules> {
  interface Status {
    resourceRules?: {
      verbs?: string[];
      apiGroups?: string[];
      resources?: string[];
      resourceNames?: string[];
    }[];
    nonResourceRules?: { verbs?: string[]; nonResourceURLs?: string[] }[];
    incomplete?: boolean;
  }
  const { resourceRules, nonResourceRules, incomplete } = await review<Status>(
    connection,
    'SelfSubjectRulesReview',
    { namespace },
    call,
  );
  const rules = [
    ...(resourceRules ?? []).map(({ verbs, apiGroups, resources, resourceNames }) => ({
      verbs: verbs ?? [],
      groups: apiGroups ?? [],
      resources: resources ?? [],
      names: resourceNames ?? [],
      urls: [],
    })),
    ...(nonResourceRules ?? []).map(({ verbs, nonResourceURLs }) => ({
      verbs: verbs ?? [],
      groups: [],
      resources: [],
      names: [],
      urls: nonResourceURLs ?? [],
    })),
  ];
  return { rules: rules.slice(0, mostRules), isIncomplete: incomplete === true || rules.length > mostRules };
}

/** Whether the credential may do something (SelfSubjectAccessReview). Rejects with KubeError. */
export async function mayDo(
  connection: ClusterConnection,
  { verb, group, plural, subresource, namespace }: AccessQuestion,
  call: CallOptions = {},
): Promise<boolean> {
  const resourceAttributes = { verb, group, resource: plural, subresource, namespace };
  const { allowed } = await review<{ allowed?: boolean }>(
    connection,
    'SelfSubjectAccessReview',
    { resourceAttributes },
    call,
  );
  return allowed === true;
}

async function review<S>(
  connection: ClusterConnection,
  kind: 'SelfSubjectRulesReview' | 'SelfSubjectAccessReview',
  spec: object,
  call: CallOptions,
): Promise<S> {
  const { status } = await connection.json<{ status?: S }>(
    {
      method: 'POST',
      path: apiPath({ ...authorization, plural: `${kind.toLowerCase()}s` }),
      body: { apiVersion: `${authorization.group}/${authorization.version}`, kind, spec },
    },
    call,
  );
  return status ?? ({} as S);
}
