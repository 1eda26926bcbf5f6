import { z } from 'zod';
import { applicationSpec } from './spec.ts';

/** What a project's cron job runs; the container as an application's, but no ports and no probes. */
export const cronJobSpec = z.strictObject({
  image: z
    .string()
    .trim()
    .min(1)
    .max(1024)
    .regex(/^[^\s]+$/, 'image'),
  /** Five fields or a macro, as cron reads them. */
  schedule: z.string().trim().min(1).max(200),
  timeZone: z.string().max(100).nullable().default(null),
  suspended: z.boolean().default(false),
  concurrencyPolicy: z.enum(['Allow', 'Forbid', 'Replace']).default('Forbid'),
  startingDeadlineSeconds: z.number().int().min(0).max(2_000_000_000).nullable().default(null),
  activeDeadlineSeconds: z.number().int().min(1).max(2_000_000_000).nullable().default(null),
  backoffLimit: z.number().int().min(0).max(100).default(2),
  successfulJobsHistoryLimit: z.number().int().min(0).max(100).default(3),
  failedJobsHistoryLimit: z.number().int().min(0).max(100).default(3),
  container: applicationSpec.shape.container
    .unwrap()
    .omit({ ports: true, startupProbe: true, readinessProbe: true, livenessProbe: true, lifecycle: true })
    .prefault({}),
  pod: applicationSpec.shape.pod
    .unwrap()
    .omit({ spread: true, initContainers: true, sidecars: true })
    .prefault({}),
});
export type CronJobSpec = z.output<typeof cronJobSpec>;
