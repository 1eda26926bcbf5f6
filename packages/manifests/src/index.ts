export { effectiveSpec, type EffectiveSpec, type Layers, type Origin } from './effective-spec.ts';
export { checkSpec, type SpecProblem } from './check-spec.ts';
export { dangerousFields, type DangerousField } from './dangerous-fields.ts';
export { instanceObjectName } from './object-name.ts';
export { renderCronJob, type CronJobToRender } from './render-cron-job.ts';
export { renderInstance, type InstanceToRender } from './render-instance.ts';
export { renderShared, type SharedToRender } from './render-shared.ts';
