export { headProblem, headProblems, type HeadProblem } from './document/head-problem.ts';
export { allocatedResources, type AllocatedResource, type ReservedAmount } from './allocated-resources.ts';
export { admissionRefusal } from './admission-refusal.ts';
export { bytesOfText, textOfBytes, unfinishedBytes } from './byte-text.ts';
export { NotOneObjectError, ObjectDocument, type NotOneObject } from './document/object-document.ts';
export { rangeOf, type TextRange } from './document/range-of.ts';
export { ExactInteger, parseExactJson } from './exact/exact-integer.ts';
export * from './human-duration.ts';
export * from './image.ts';
export * from './kind.ts';
export { labelSelectorText } from './label-selector.ts';
export { selectorProblems, type SelectorProblem } from './selector-problems.ts';
export { events, nodes, pods } from './kinds/index.ts';
export { fieldOwners, type FieldOwner } from './merge/field-owners.ts';
export { listKeysOf } from './merge/list-keys-of.ts';
export { applyMergePatch, mergePatch } from './merge/merge-patch.ts';
export * from './merge/path.ts';
export * from './merge/three-way-merge.ts';
export { isRecord, sameValue, setOwn } from './merge/values.ts';
export * from './template/render-template.ts';
export * from './template/template-error.ts';
export * from './template/template-variable.ts';
export { readyAddresses, serviceTroubles, type ServiceTrouble } from './network/service-trouble.ts';
export * from './network/service-type.ts';
export * from './node-figures.ts';
export { nodeUsage, usageCells } from './node-usage.ts';
export * from './node/change-taints.ts';
export * from './node/cordon-note.ts';
export * from './node/node-description.ts';
export { isTolerated, secondsToStay } from './node/tolerations.ts';
export { checkObject, type SchemaProblem } from './open-api/check-object.ts';
export * from './open-api/schema-node.ts';
export {
  containersOf,
  defaultContainer,
  portsOf,
  type ContainerRole,
  type PodContainer,
} from './pod/containers.ts';
export { isTerminal, podLimits, podRequests } from './pod/pod-resources.ts';
export { podWhy } from './pod/pod-why.ts';
export { podStatus, type PodStatus } from './pod/pod-status.ts';
export { podUsage, podUsageCells, summedUsageCells } from './pod-usage.ts';
export { podWhyCodes, type PodWhy, type PodWhyCode } from './pod/why.ts';
export * from './quantity.ts';
export * from './registry.ts';
export { hiddenAnnotations, isMasked, isSecretKind, maskedBytes, maskSecret } from './secrets/mask-secret.ts';
export type * from './wire/apps.ts';
export type * from './wire/autoscaling.ts';
export type * from './wire/batch.ts';
export type * from './wire/core.ts';
export type * from './wire/discovery.ts';
export type * from './wire/networking.ts';
export type * from './wire/policy.ts';
export {
  isProblem as isScheduleProblem,
  isTimeZone,
  nextRuns,
  readSchedule,
  type CronSchedule,
  type ScheduleProblem,
} from './workloads/cron-schedule.ts';
export { deploymentRollout, type DeploymentRollout } from './workloads/deployment-rollout.ts';
export { ownerWhy } from './workloads/owner-why.ts';
export { rolloutTroubles, type RolloutTrouble } from './workloads/rollout-trouble.ts';
export { usageTarget, usageTargets } from './workloads/usage-targets.ts';
export {
  readKubectlDocuments,
  readKubectlYaml,
  type KubectlDocument,
  type YamlLimits,
  type YamlValue,
} from './yaml/read-kubectl-yaml.ts';
export { keptAnnotations, withoutServerFields } from './yaml/without-server-fields.ts';
export { writeKubectlYaml, type YamlWriting } from './yaml/write-kubectl-yaml.ts';
export {
  expectedBy,
  KubectlYamlError,
  type YamlExpectation,
  type YamlHint,
  type YamlProblem,
} from './yaml/yaml-error.ts';
