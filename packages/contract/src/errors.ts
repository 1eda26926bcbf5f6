/**
 * Every error the platform can answer with: HTTP status and the English sentence scripts see. `{x}` are parameters.
 * The SPA has a sentence for each code in every language; a test walks this table.
 */
export const errorCodes = {
  // requests
  invalid: { status: 400, message: 'The request is not valid: {reason}' },
  invalidField: { status: 400, message: '{field}: {reason}' },
  unknownField: { status: 400, message: 'Unknown field {field}' },
  malformedJson: { status: 400, message: 'The body is not valid JSON: {reason}' },
  bodyTooLarge: { status: 413, message: 'The body is larger than {limit} bytes' },
  notFound: { status: 404, message: 'Not found' },
  methodNotAllowed: { status: 405, message: 'Method {method} is not allowed here' },
  conflict: { status: 409, message: '{what} exists already' },
  changedMeanwhile: { status: 409, message: '{what} was changed by somebody else meanwhile' },
  internal: {
    status: 500,
    message: 'Something went wrong on our side; the log has it under this request id',
  },
  // identity
  unauthenticated: { status: 401, message: 'Sign in first' },
  badCredentials: { status: 401, message: 'Wrong user name or password' },
  sessionEnded: { status: 401, message: 'This session has ended: {reason}' },
  tooManyAttempts: { status: 429, message: 'Too many attempts; try again in {seconds} s' },
  sessionRequired: { status: 403, message: 'An API token may not do this; sign in instead' },
  tooManyTokens: { status: 409, message: 'You have {limit} API tokens that are good; revoke one first' },
  passwordChangeRequired: { status: 403, message: 'Change your password first' },
  wrongPassword: { status: 400, message: 'The current password is wrong' },
  weakPassword: { status: 400, message: 'The new password is too weak: {reason}' },
  forbidden: { status: 403, message: 'You lack the right {action} on {object} in {domain}' },
  escalation: {
    status: 403,
    message:
      'This would give rights in {domain} that you do not have there yourself: {rights}. Without them it takes the right {verb}',
  },
  roleEscalation: {
    status: 403,
    message: 'This would give rights in {domain} that you do not have there yourself: {rights}',
  },
  accountEscalation: {
    status: 403,
    message:
      'In {domain} {user} has rights that you do not have: {rights}. Who lets them sign in anew could act as them',
  },
  roleBuiltIn: { status: 409, message: 'The role {role} comes with the platform; copy it to change it' },
  roleHeld: { status: 409, message: 'The role {role} is held: {holders}. Take these grants away first' },
  groupNesting: { status: 409, message: 'Groups are nested one level deep: {reason}' },
  csvUnreadable: { status: 400, message: 'The file is no CSV that can be read: {reason}' },
  treeImportRefused: {
    status: 409,
    message: '{refused} lines of the file cannot be taken, the first is line {line}',
  },
  treeNodeInUse: { status: 409, message: '{below} nodes are still below {path}; move or delete them first' },
  treeCycle: { status: 409, message: '{path} cannot be moved below itself, to {parent}' },
  treeTooDeep: { status: 409, message: 'The tree has {levels} levels: {names}' },
  // webhooks
  badSignature: { status: 401, message: 'The signature is missing or not made with this webhook’s secret' },
  payloadFieldUnreadable: { status: 400, message: 'The payload’s field {field} cannot be read: {reason}' },
  payloadUnreadable: { status: 400, message: 'The payload is not JSON of a kind that is known: {reason}' },
  deliveryRepeated: { status: 409, message: 'This body came before; it is taken once in 7 days' },
  tooManyWebhooks: { status: 409, message: 'An application has at most {limit} webhooks' },
  tooManyInstances: {
    status: 409,
    message: 'The rule makes at most {limit} instances, and there are as many',
  },
  instanceNotOfWebhook: {
    status: 409,
    message: 'There is an instance {name} already that this webhook did not make',
  },
  // cron jobs
  notInCluster: { status: 409, message: '{name} is not in its cluster yet' },
  jobFailed: { status: 409, message: 'The Job failed: {reason}: {message}' },
  treeNodeHolds: {
    status: 409,
    message: '{path} is a project or an application that is in use: {holds}. Take that away first',
  },
  treeLevelFixed: {
    status: 409,
    message: '{path} is a project or an application that is in use, and stays at its level',
  },
  // projects and applications
  namespaceTaken: { status: 409, message: '{namespace} in {cluster} is open to a project already' },
  namespaceInUse: { status: 409, message: 'Instances or cron jobs still run in {namespace}' },
  applicationInUse: { status: 409, message: '{name} still has instances; delete them first' },
  specRefused: { status: 400, message: 'It cannot run as it is: {problems} problems, the first at {path}' },
  beingRemoved: { status: 409, message: '{name} is being removed' },
  instanceMoving: { status: 409, message: '{name} is being moved to {cluster}/{namespace} already' },
  notReadyInTime: { status: 409, message: 'It was not ready within {seconds} s' },
  clusterNotRegistered: { status: 409, message: 'The cluster {cluster} is not registered any more' },
  foreignOrigin: { status: 403, message: 'Requests from {origin} are not accepted' },
  badTicket: { status: 401, message: 'The ticket is unknown, used or expired' },
  ticketMismatch: { status: 403, message: 'The ticket was made for something else' },
  searchTooWide: { status: 400, message: 'No more than {most} clusters are asked at a time' },
  portForwardOff: { status: 409, message: 'Ports cannot be opened here: PILOTHOUSE_FORWARD_URL is not set' },
  podUnreadable: { status: 502, message: 'What listens on that port does not answer in HTTP: {reason}' },
  tooManyStreams: { status: 429, message: 'You have {limit} of these open already; close some first' },
  lastAdmin: { status: 409, message: 'This would leave nobody who administers the platform' },
  // the platform's own parts
  databaseUnavailable: { status: 503, message: 'The database does not answer' },
  auditUnavailable: { status: 503, message: 'The audit log cannot be written, so nothing is changed' },
  historyUnavailable: {
    status: 503,
    message: 'What the object is now cannot be kept, so nothing is changed',
  },
  secretNotRestorable: {
    status: 409,
    message: 'Of a Secret no values are kept, so there is nothing to restore: write them anew',
  },
  noSuchImage: {
    status: 409,
    message: 'This change made or removed the object, so on that side there is nothing to restore',
  },
  shuttingDown: { status: 503, message: 'The platform is shutting down' },
  notCancellable: { status: 409, message: 'The operation has ended already' },
  notRetryable: { status: 409, message: 'The operation cannot be run again: {reason}' },
  demoUnavailable: { status: 409, message: 'The demo cluster cannot be started here: {reason}' },
  // kubeconfigs
  kubeconfigUnreadable: { status: 400, message: 'This is not a kubeconfig: {reason}' },
  kubeconfigContextBroken: { status: 400, message: 'This context cannot be used: {reason}' },
  kubeconfigRefused: {
    status: 400,
    message: 'The kubeconfig uses {what}, which the platform does not run: {way}',
  },
  kubeconfigContextRequired: { status: 400, message: 'The kubeconfig has several contexts; choose one' },
  kubeconfigContextUnknown: { status: 400, message: 'The kubeconfig has no context {context}' },
  kubeconfigInsecure: { status: 400, message: 'The kubeconfig turns certificate checks off; confirm that' },
  kubeconfigsRemain: {
    status: 409,
    message:
      'The accounts of {count} issued kubeconfigs could not be deleted ({reason}) and would stay in {cluster}: {commands}',
  },
  addressForbidden: { status: 400, message: 'The address {address} is not allowed: {reason}' },
  // clusters
  clusterUnreachable: { status: 502, message: 'The cluster does not answer: {reason}' },
  clusterTimeout: { status: 504, message: 'The cluster did not answer within {seconds} s' },
  clusterUnauthorized: { status: 502, message: 'The cluster refuses the stored credential (401)' },
  clusterForbidden: { status: 403, message: 'The cluster refuses: {message}' },
  clusterNotFound: { status: 404, message: 'The cluster says: {message}' },
  clusterConflict: { status: 409, message: 'The cluster says: {message}' },
  /** Server-side apply met fields of others; `conflicts` names each. */
  applyConflict: { status: 409, message: 'Others own fields that this would change: {managers}' },
  clusterInvalid: { status: 422, message: 'The cluster says: {message}' },
  // what the reconciler could not write, or what does not run of it
  reconcileConflict: {
    status: 409,
    message: '{manager} has set {field} of {kind} {name} to another value',
  },
  nameTaken: {
    status: 409,
    message: 'There is a {kind} {name} already that is not ours; it was left as it is',
  },
  quotaExceeded: { status: 409, message: 'The quota of the namespace does not allow it: {message}' },
  admissionRefused: { status: 409, message: 'A policy of the cluster refuses it: {message}' },
  namespaceMissing: { status: 409, message: 'The namespace {namespace} is not there' },
  namespaceTerminating: { status: 409, message: 'The namespace {namespace} is being deleted' },
  beingDeleted: { status: 409, message: '{kind} {name} is still being deleted' },
  rolloutQuota: { status: 409, message: 'A quota leaves no room for Pods: {message}' },
  rolloutAdmission: { status: 409, message: 'A policy of the cluster refuses Pods: {message}' },
  rolloutPodsRefused: { status: 409, message: 'The cluster refuses to create Pods: {message}' },
  rolloutImage: { status: 409, message: '{pods} Pods cannot pull their image' },
  rolloutScheduling: { status: 409, message: '{pods} Pods cannot be scheduled' },
  rolloutConfig: {
    status: 409,
    message: 'Containers of {pods} Pods cannot be created: a ConfigMap, a Secret or a key is missing',
  },
  rolloutCrashing: { status: 409, message: '{pods} Pods keep exiting' },
  rolloutNotReady: { status: 409, message: '{pods} Pods run but are not ready' },
  rolloutDeadline: { status: 409, message: 'No progress for longer than progressDeadlineSeconds: {message}' },
  clusterBusy: { status: 429, message: 'The cluster asks to slow down; try again in {seconds} s' },
  clusterMalformed: { status: 502, message: 'What the cluster sent is nothing an apiserver says: {message}' },
  clusterTooLarge: { status: 502, message: 'The cluster sent more than the platform takes: {message}' },
  clusterEndless: {
    status: 502,
    message: 'The list of the cluster does not come to an end: {objects} objects in {seconds} s',
  },
  clusterThrottled: {
    status: 502,
    message:
      'The cluster is read more slowly than it sends: it would take more than {percent} % of a processor core',
  },
  clusterWrongKind: { status: 502, message: 'The cluster sent {met} where {wanted} was asked for' },
  clusterMalformedItems: {
    status: 502,
    message: 'The cluster sent {count} objects that are malformed and left out: {names}',
  },
  clusterError: { status: 502, message: 'The cluster answered {status}: {message}' },
  prometheusUnavailable: { status: 502, message: 'The cluster’s Prometheus cannot be asked: {reason}' },
  unknownResource: { status: 404, message: 'The cluster serves no {plural} in {group}' },
  apiUnavailable: {
    status: 503,
    message: 'The cluster cannot say what {group} serves: whatever answers for that group is down',
  },
  dryRunUnavailable: {
    status: 409,
    message: 'The cluster does not declare dry run for {verb} of {plural}, so nothing was sent',
  },
  // many documents
  manifestUnreadable: { status: 400, message: 'Line {line}, column {column}: {detail}{cause}' },
  manifestEmpty: { status: 400, message: 'There is nothing to apply' },
  manifestTooMany: { status: 400, message: 'These are {count} objects; at once there may be {most}' },
  manifestHead: { status: 400, message: 'Line {line}: {detail}' },
  manifestTwice: { status: 400, message: 'Line {line}: the same object is in line {first} already' },
  versionNotServed: {
    status: 400,
    message: 'Line {line}: the cluster serves no {kind} in {apiVersion}; it serves it in {served}',
  },
  kindNotServed: { status: 400, message: 'Line {line}: the cluster serves no {kind} in {apiVersion}' },
  notOfThePlan: {
    status: 409,
    message: 'The text has no object {index}: it is not the one that was planned',
  },
  // templates and tasks
  templateInvalid: { status: 400, message: 'Line {line}: the template is not valid: {problem}' },
  templateValue: { status: 400, message: 'The value of {variable} is not accepted: {problem}' },
  taskUnderWay: { status: 409, message: 'The task is still running' },
  nothingToRetry: { status: 409, message: 'The task has not failed in {cluster}' },
  nothingToTakeBack: { status: 409, message: 'The task has made nothing that is left' },
  notReviewed: {
    status: 409,
    message: 'There was no plan of it when this was submitted, so it was left as it is',
  },
  taskClusterFailed: { status: 409, message: '{failed} of {total} objects were not applied' },
  unknownAction: { status: 404, message: 'There is no action {action} on {plural}' },
  rolloutPaused: { status: 409, message: 'The rollout of {name} is paused; resume it first' },
  noEarlierRevision: { status: 409, message: '{name} has no earlier revision' },
  unknownRevision: { status: 404, message: 'There is no revision {revision}; there are {revisions}' },
  unknownContainer: {
    status: 400,
    message: 'There is no container {container}; there are {containers}',
  },
  keyHasValue: { status: 409, message: '{key} has the value {value} already; overwriting it is a choice' },
  taintHasValue: { status: 409, message: 'There is a taint {taint} already; overwriting it is a choice' },
  reasonRequired: { status: 400, message: 'In production this needs a reason' },
  underWay: { status: 409, message: '{what} is in the operation {operation} already' },
  cordonFailed: { status: 409, message: 'The node could not be cordoned: {message}' },
  /** Of a node: each of these pods is a part of it, with its reason. */
  drainRefused: { status: 409, message: '{pods} Pods keep the node from being drained; none was evicted' },
  drainIncomplete: {
    status: 409,
    message: '{failed} of {pods} Pods are left; the node stays cordoned. On it still: {left}',
  },
  podDaemonSet: { status: 409, message: 'A DaemonSet manages it; ignoreDaemonSets leaves such Pods alone' },
  podDaemonSetGone: { status: 409, message: 'Its DaemonSet is gone, so force is needed: {message}' },
  podDaemonSetUnreadable: { status: 409, message: 'Its DaemonSet cannot be read: {message}' },
  podEmptyDir: { status: 409, message: 'It has local data; deleteEmptyDirData gives it up' },
  podNoController: { status: 409, message: 'Nothing would bring it back; force evicts it all the same' },
  evictionTimedOut: { status: 409, message: 'The time was up after {attempts} attempts: {message}' },
  terminationTimedOut: { status: 409, message: 'It was evicted, but was not gone when the time was up' },
  notNamespaced: { status: 400, message: '{plural} do not live in a namespace; use _' },
  namespaceRequired: { status: 400, message: '{plural} live in a namespace; name it' },
  badSelector: { status: 400, message: 'The selector is not valid: {reason}' },
  containerNotStarted: { status: 409, message: 'There is no log yet: {message}' },
  noSuchContainer: { status: 404, message: 'The pod has no container {container}; it has {containers}' },
  containerNotRunning: { status: 409, message: 'The container {container} is not running: {message}' },
  nodeShellPod: { status: 403, message: 'The pod {pod} is somebody’s node shell; nobody else enters it' },
  nodeShellNotStarted: { status: 502, message: 'The pod of the node shell did not start: {message}' },
  noShell: { status: 409, message: 'The container has no shell: looked for {shells}' },
} as const satisfies Record<string, { status: number; message: string }>;

export type ErrorCode = keyof typeof errorCodes;

/** The body of every answer that is not a 2xx. */
export interface ErrorBody {
  error: {
    code: ErrorCode;
    message: string;
    params?: Record<string, string | number>;
    /** Dotted path of the offending input: `body.name`. */
    field?: string;
    /** All fields that were wrong; with `clusterInvalid` paths in the object as the apiserver has them: `spec.ports[0].port`. */
    fields?: { field: string; code: string; message: string }[];
    /** With `applyConflict`: who owns which field; `manager` is null where the cluster does not say. */
    conflicts?: { manager: string | null; field: string; message: string }[];
    requestId: string;
    /** The cluster's own Status, verbatim, when it refused. */
    status?: unknown;
  };
}
