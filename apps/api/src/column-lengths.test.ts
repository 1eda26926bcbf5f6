import {
  allEndpoints,
  dnsLabel,
  dnsSubdomain,
  environment,
  groupName,
  itemState,
  objectName,
  operationState,
  pluralName,
  probeReason,
  taskObjectState,
  taskRunKind,
  rolePolicy,
  username,
  webhookOutcome,
  webhookSender,
} from '@pilothouse/contract';
import { inspectKubeconfig } from '@pilothouse/kube';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';

/** What lets a value in: whether it does. */
type Door = (value: string) => boolean;

const by =
  (schema: z.ZodType): Door =>
  (value) =>
    schema.safeParse(value).success;
const bodies = new Map(
  allEndpoints.map((endpoint) => [endpoint.id, endpoint.body as z.ZodObject | undefined]),
);
const body = (endpoint: string, field: string): Door => {
  const schema = bodies.get(endpoint)?.shape[field] as z.ZodType | undefined;
  if (schema === undefined) throw new Error(`${endpoint} has no ${field}`);
  return by(schema);
};
const kubeconfig =
  (parts: (value: string) => { name?: string; server?: string }): Door =>
  (value) => {
    const { name = 'x', server = 'https://x' } = parts(value);
    const [context] = inspectKubeconfig(
      JSON.stringify({
        clusters: [{ name: 'c', cluster: { server } }],
        contexts: [{ name, context: { cluster: 'c' } }],
      }),
    ).contexts;
    return context?.problems.length === 0;
  };
/** Written by the platform itself: of a fixed length, out of a fixed set, or cut before it is written. */
const ours =
  (_why: string): Door =>
  () =>
    false;
const cut = ours('cut where it is written');
const word = ours('a word of the code');

/** By model and field; ids and hashes (`Char`) are of one length. */
const doors: Record<string, Door> = {
  'User.username': by(username),
  'User.displayName': body('users.create', 'displayName'),
  'User.passwordHash': ours('argon2id of fixed parameters'),
  'Group.name': body('groups.create', 'name'),
  'Group.displayName': body('groups.create', 'displayName'),
  'Session.address': cut,
  'Session.userAgent': cut,
  'Session.endReason': word,
  'ApiToken.name': body('tokens.create', 'name'),
  'ApiToken.revokedBy': by(username),
  'ApiTokenScope.domainKind': word,
  'ApiTokenScope.namespace': by(dnsLabel),
  'Webhook.name': body('webhooks.create', 'name'),
  'Webhook.sender': by(webhookSender),
  'WebhookDelivery.outcome': by(webhookOutcome),
  'WebhookInstance.kind': word,
  'WebhookInstance.ref': cut,
  'WebhookInstance.commit': cut,
  'Process.id': ours('uuid'),
  'Version.name': word,
  'Role.name': body('roles.create', 'name'),
  'Role.description': body('roles.create', 'description'),
  'Permission.object': by(rolePolicy.shape.object),
  'Permission.action': by(rolePolicy.shape.action),
  'Grant.subjectKind': word,
  'Grant.domainKind': word,
  'Grant.domain': ours('a kind and ids'),
  'Grant.namespace': by(dnsLabel),
  'Grant.reason': body('grants.create', 'reason'),
  'Grant.givenBy': by(username),
  'Menu.key': word,
  'Menu.path': word,
  'Menu.icon': word,
  'Cluster.name': body('clusters.create', 'name'),
  'Cluster.displayName': body('clusters.create', 'displayName'),
  'Cluster.environment': by(environment),
  'Cluster.owner': body('clusters.create', 'owner'),
  'Cluster.server': kubeconfig((server) => ({ server: `https://${server}` })),
  'Cluster.context': kubeconfig((name) => ({ name })),
  'Cluster.namespace': by(dnsLabel),
  'Cluster.source': word,
  'ClusterHealth.state': word,
  'ClusterHealth.reason': by(probeReason),
  'ClusterHealth.detail': cut,
  'ClusterHealth.version': cut,
  'KubeconfigFile.file': ours('a name of the file system: 255 bytes'),
  'PrometheusServer.url': (url) => body('prometheus.set', 'url')(`http://${url}`),
  'IssuedKubeconfig.namespace': by(dnsLabel),
  'IssuedKubeconfig.name': body('kubeconfigs.issue', 'name'),
  'IssuedKubeconfig.access': word,
  'IssuedKubeconfig.roleName': word,
  'IssuedKubeconfig.account': ours('a word and 16 digits'),
  'IssuedKubeconfig.state': word,
  'IssuedKubeconfig.endReason': word,
  'IssuedKubeconfig.endedBy': by(username),
  'Operation.kind': word,
  'Operation.state': by(operationState),
  'Operation.actor': by(username),
  'Operation.address': cut,
  'Operation.cluster': by(dnsLabel),
  'Operation.leaseOwner': ours('uuid'),
  'OperationItem.target': ours('names of one object: two labels and a subdomain'),
  'OperationItem.state': by(itemState),
  'AuditEvent.code': word,
  'AuditEvent.username': by(username),
  'AuditEvent.address': cut,
  'AuditEvent.cluster': cut,
  'AuditEvent.namespace': cut,
  'AuditEvent.resource': cut,
  'AuditEvent.name': cut,
  'AuditEvent.outcome': word,
  'AuditEvent.owner': ours('uuid'),
  'AuditEvent.reason': word,
  'AuditEvent.requestId': ours('uuid'),
  'ObjectHistory.apiGroup': by(groupName),
  'ObjectHistory.plural': by(pluralName),
  'ObjectHistory.namespace': by(dnsLabel),
  'ObjectHistory.name': by(objectName),
  'ObjectHistory.uid': cut,
  'ObjectHistory.verb': word,
  'ObjectHistory.username': by(username),
  'Template.name': body('templates.create', 'name'),
  'Template.author': by(username),
  'UsageLease.owner': ours('the id of a process'),
  'UsageSeries.target': ours('of nodes, namespaces and workloads, whose names have bounds of their own'),
  'TreeNode.siblingsOf': ours('an id, or nothing'),
  'PortForward.username': by(username),
  'PortForward.address': cut,
  'PortForward.cluster': by(dnsLabel),
  'PortForward.namespace': by(dnsLabel),
  'PortForward.pod': by(objectName),
  'RegistryCredential.place': ours('an id, or nothing'),
  'RegistryCredential.host': body('registries.add', 'host'),
  'RegistryCredential.username': body('registries.add', 'username'),
  'RegistryCredential.author': by(username),
  'ProjectNamespace.cluster': by(dnsLabel),
  'ProjectNamespace.namespace': body('projects.openNamespace', 'namespace'),
  'ApplicationVersion.reason': body('applications.update', 'reason'),
  'ApplicationVersion.author': by(username),
  'Instance.name': body('instances.create', 'name'),
  'Instance.objectName': ours('instanceObjectName cuts it'),
  'InstanceVersion.reason': body('instances.update', 'reason'),
  'InstanceVersion.author': by(username),
  'CronJob.name': body('cronJobs.create', 'name'),
  'CronJob.reason': body('cronJobs.create', 'reason'),
  'CronJob.author': by(username),
  'TreeNode.name': body('tree.create', 'name'),
  'TreeNode.displayName': body('tree.create', 'displayName'),
  'TreeNode.description': body('tree.create', 'description'),
  'TreeOwner.ownership': word,
  'TemplateVersion.note': body('templates.create', 'note'),
  'TemplateVersion.author': by(username),
  'Task.template': by(dnsLabel),
  'Task.actor': by(username),
  'TaskRun.kind': by(taskRunKind),
  'TaskRun.actor': by(username),
  'TaskCluster.cluster': by(dnsLabel),
  'TaskCluster.state': word,
  'TaskObject.cluster': by(dnsLabel),
  'TaskObject.apiGroup': by(groupName),
  'TaskObject.version': cut,
  'TaskObject.plural': by(pluralName),
  'TaskObject.kind': cut,
  'TaskObject.namespace': by(dnsLabel),
  'TaskObject.name': by(objectName),
  'TaskObject.uid': cut,
  'TaskObject.state': by(taskObjectState),
  'ReconcileUnit.kind': word,
  'ReconcileUnit.namespace': by(dnsLabel),
  'ReconcileUnit.leaseOwner': ours('the id of a process'),
  'ReconciledObject.apiGroup': ours('of a described kind'),
  'ReconciledObject.version': ours('of what is rendered'),
  'ReconciledObject.plural': ours('of a described kind'),
  'ReconciledObject.kind': ours('of a described kind'),
  'ReconciledObject.name': by(objectName),
  'ReconciledObject.uid': cut,
  'Ticket.purpose': word,
  'Terminal.username': by(username),
  'Terminal.cluster': by(dnsLabel),
  'Terminal.namespace': by(dnsLabel),
  'Terminal.pod': by(dnsSubdomain),
  'Terminal.podUid': cut,
  'Terminal.container': by(dnsLabel),
  'Terminal.node': by(dnsSubdomain),
  'Terminal.shell': word,
  'Terminal.replica': ours('uuid'),
  'Terminal.shellStart': ours('at most 20 digits'),
  'Terminal.endReason': word,
};

const schema = readFileSync(path.join(import.meta.dirname, '../../../prisma/schema.prisma'), 'utf8');
const columns = Array.from(
  schema.matchAll(/^model (\w+) \{\n([\s\S]*?)^\}/gm),
  ([, model = '', fields = '']) =>
    Array.from(fields.matchAll(/^ {2}(\w+)\s+String\??\s.*@db\.VarChar\((\d+)\)/gm), ([, field, length]) => ({
      column: `${model}.${field}`,
      length: Number(length),
    })),
).flat();

test('every column of text says what lets a value in', () => {
  expect(columns.length).toBeGreaterThan(60);
  expect(columns.map(({ column }) => column).toSorted()).toEqual(Object.keys(doors).toSorted());
});

test.each(columns)('$column takes no more than $length characters', ({ column, length }) => {
  const tooLong = ['x', '0', 'x.', 'x-', '漢'].map(
    (piece) => `${piece.repeat(length + 1).slice(0, length)}x`,
  );
  expect(tooLong.filter((value) => doors[column]?.(value))).toEqual([]);
});

/** Bounded otherwise. */
const boundedOtherwise = [
  // flags: what is not true or false is refused
  /\.(dryRun|previous|timestamps|leaveKubeconfigs|withUsage|abandon)$/,
  // keys of a patch, which is bounded as a whole
  /\.patch\.propertyNames$/,
  // checked as `kubectl label` does, by a function
  /^actions\.label.*\.set\.additionalProperties$/,
  /^clusters\.\w+\.properties\.labels\.additionalProperties$/,
  /^actions\.taint.*\.set\.items\.properties\.value$/,
];

test('what people write is bounded in every endpoint', () => {
  const unbounded = allEndpoints.flatMap(({ id, params, query, body }) =>
    [params, query, body].flatMap((input) =>
      input === undefined
        ? []
        : stringsOf(z.toJSONSchema(input, { io: 'input', unrepresentable: 'any' }), id),
    ),
  );
  expect(unbounded.filter((at) => !boundedOtherwise.some((known) => known.test(at)))).toEqual([]);
});

/** Paths of strings of any length. */
function stringsOf(node: unknown, at: string): string[] {
  if (Array.isArray(node)) return node.flatMap((item, index) => stringsOf(item, `${at}[${index}]`));
  if (typeof node !== 'object' || node === null) return [];
  const { type, maxLength, pattern, format } = node as Record<string, unknown>;
  const isFree =
    type === 'string' && maxLength === undefined && pattern === undefined && format === undefined;
  const own = isFree && !('enum' in node) && !('const' in node) ? [at] : [];
  return [...own, ...Object.entries(node).flatMap(([key, value]) => stringsOf(value, `${at}.${key}`))];
}
