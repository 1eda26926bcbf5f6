export { adoptField } from './adopt/adopt-field.ts';
export { effectiveSpec, type EffectiveSpec, type Layers, type Origin } from './effective-spec.ts';
export { checkCronJob, checkSpec } from './check-spec.ts';
export { dangerousFields } from './dangerous-fields.ts';
export { mainContainer } from './pod-spec.ts';
export {
  applicationSecretName,
  instanceObjectName,
  instanceServiceName,
  registrySecretName,
  sharedServiceName,
} from './object-name.ts';
export type { RegistryCredential } from './registry-secret.ts';
export { renderCronJob, type CronJobToRender } from './render-cron-job.ts';
export { renderInstance, type InstanceToRender } from './render-instance.ts';
export { renderShared, type SharedToRender } from './render-shared.ts';
export { specProblemCodes, type SpecProblem, type SpecProblemCode } from './spec-problem.ts';
