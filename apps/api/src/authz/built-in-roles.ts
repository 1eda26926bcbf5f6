import { anyAction, objectMatches } from '@pilothouse/contract';
import { kinds } from '@pilothouse/kinds';

interface Permission {
  object: string;
  action: string;
}

/** A role that comes with the platform. */
export interface BuiltInRole {
  name: string;
  permissions: Permission[];
  /** Keys of menu entries, see features/menus. */
  menus: string[];
}

const read = ['get', 'list', 'watch'];

function on(objects: string[], actions: string[]) {
  return objects.flatMap((object) => actions.map((action) => ({ object, action })));
}

const core = (...plurals: string[]) => plurals.map((plural) => `k8s/core/${plural}`);

/** Of the core group everything but secrets; `nodes`, `persistentvolumes` and `componentstatuses` belong to the cluster. */
const namespacedCore = core(
  'configmaps',
  'endpoints',
  'events',
  'limitranges',
  'namespaces',
  'persistentvolumeclaims',
  'pods',
  'pods/log',
  'pods/status',
  'podtemplates',
  'replicationcontrollers',
  'replicationcontrollers/scale',
  'resourcequotas',
  'serviceaccounts',
  'services',
);
const clusterCore = core('nodes', 'nodes/status', 'persistentvolumes', 'componentstatuses');

/** Groups that hold no secrets. */
const workloadGroups = [
  'k8s/apps/**',
  'k8s/batch/**',
  'k8s/autoscaling/**',
  'k8s/policy/**',
  'k8s/networking.k8s.io/**',
  'k8s/discovery.k8s.io/**',
  'k8s/events.k8s.io/**',
  'k8s/metrics.k8s.io/**',
];
const clusterGroups = [
  'k8s/storage.k8s.io/**',
  'k8s/scheduling.k8s.io/**',
  'k8s/node.k8s.io/**',
  'k8s/coordination.k8s.io/**',
  'k8s/apiextensions.k8s.io/**',
  'k8s/rbac.authorization.k8s.io/**',
];

const developer = [
  ...on([...namespacedCore, ...workloadGroups], read),
  // "get" on a pod gives no shell: exec is a write of its own
  ...on(core('pods/exec'), ['create']),
];

const operator = [
  ...developer,
  ...on(core('pods'), ['delete', 'patch']),
  ...on(core('pods/eviction', 'pods/attach', 'pods/portforward', 'pods/cp'), ['create']),
  ...on(core('configmaps', 'services', 'persistentvolumeclaims'), ['create', 'update', 'patch', 'delete']),
  ...on(
    ['k8s/apps/**', 'k8s/batch/**', 'k8s/autoscaling/**', 'k8s/networking.k8s.io/**', 'k8s/policy/**'],
    ['create', 'update', 'patch', 'delete'],
  ),
];

/** What owners of a node of the service tree do to it and below. */
const treeOwner = [
  ...on(['/tree'], ['POST']),
  ...on(['/tree/{node}'], ['GET', 'PATCH', 'DELETE']),
  ...on(['/tree/{node}/parent', '/tree/{node}/owners'], ['PUT']),
];

const application = '/applications/{application}';
const instance = `${application}/instances/{instance}`;
const webhooks = `${application}/webhooks`;
const cronJobs = '/projects/{project}/cronjobs';
const registries = '/projects/{project}/registries';

/** Who looks after what runs, in the projects and applications of a node of the service tree. */
const applicationReader = [...on([application, cronJobs], ['GET'])];
const applicationDeveloper = [
  ...applicationReader,
  ...on([`${instance}/restart`, `${cronJobs}/{cronJob}/runs`], ['POST']),
];
const applicationOperator = [
  ...applicationDeveloper,
  ...on(['/projects/{project}/namespaces', '/projects/{project}/applications', cronJobs], ['POST']),
  ...on(['/projects/{project}'], ['DELETE']),
  ...on([registries], ['GET', 'POST']),
  ...on([`${registries}/{registry}`], ['PUT', 'DELETE']),
  ...on(['/projects/{project}/namespaces/{namespace}', `${cronJobs}/{cronJob}`], ['PUT', 'DELETE']),
  ...on([application, instance], ['PUT', 'DELETE']),
  ...on([`${application}/secrets`], ['PATCH']),
  ...on([`${application}/instances`, webhooks], ['POST']),
  ...on([`${webhooks}/{webhook}`], ['PUT', 'DELETE']),
  ...on(
    ['replicas', 'image', 'paused'].map((part) => `${instance}/${part}`),
    ['PUT'],
  ),
];

/** What a role shows of the menu: the entries of everybody, and the kinds that it may list. */
function menusOf(permissions: Permission[], ...more: string[]): string[] {
  const kindsWith = (verb: string) =>
    [...kinds.values()].filter(({ group, plural }) =>
      permissions.some(
        ({ object, action }) =>
          (action === verb || action === anyAction) && objectMatches(object, `k8s/${group}/${plural}`),
      ),
    );
  const writes = kindsWith('create').length > 0;
  const applies = writes ? ['applyYaml'] : [];
  const listed = kindsWith('list').map(({ plural }) => plural);
  const rollsOut = writes ? ['templates', 'tasks'] : [];
  return ['clusterList', 'overview', ...applies, ...listed, 'operationList', ...rollsOut, ...more];
}

const platformAdmin = on(['**'], [anyAction]);
const clusterAdmin = [
  ...on(['k8s/**'], [anyAction]),
  ...on(['/clusters/{cluster}'], ['GET', 'PATCH', 'DELETE']),
  ...on(['/clusters/{cluster}/kubeconfig'], ['PUT']),
  ...on(['/clusters/{cluster}/probe'], ['POST']),
  ...on(['/clusters/{cluster}/condition', '/clusters/{cluster}/credential'], ['GET']),
  ...on(['/clusters/{cluster}/kubeconfigs'], ['GET', 'POST']),
  ...on(['/clusters/{cluster}/kubeconfigs/{namespace}/{kubeconfig}'], ['DELETE']),
  ...on(['/templates', '/templates/{template}/versions'], ['POST']),
  ...on(['/templates/{template}'], ['PATCH', 'DELETE']),
];
const viewer = [
  ...on([...namespacedCore, ...clusterCore, ...workloadGroups, ...clusterGroups], read),
  ...on(['/clusters/{cluster}/condition'], ['GET']),
  ...applicationReader,
];

/** Roles out of the box. Where they hold is said by the grant. */
export const builtInRoles: BuiltInRole[] = [
  {
    name: 'platform-admin',
    permissions: platformAdmin,
    menus: menusOf(
      platformAdmin,
      'serviceTree',
      'projects',
      'terminals',
      'users',
      'groups',
      'platformRoles',
      'kubeconfigs',
      'grants',
      'rights',
      'apiTokens',
      'audit',
    ),
  },
  { name: 'cluster-admin', permissions: clusterAdmin, menus: menusOf(clusterAdmin, 'kubeconfigs') },
  {
    name: 'operator',
    permissions: [
      ...operator,
      ...treeOwner,
      ...applicationOperator,
      ...on(['/clusters/{cluster}/probe'], ['POST']),
      ...on(['/clusters/{cluster}/condition'], ['GET']),
    ],
    menus: menusOf(operator, 'serviceTree', 'projects'),
  },
  {
    name: 'developer',
    permissions: [...developer, ...applicationDeveloper],
    menus: menusOf(developer, 'serviceTree', 'projects'),
  },
  { name: 'viewer', permissions: viewer, menus: menusOf(viewer) },
];
