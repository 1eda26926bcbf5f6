/** What keeps a Pod, or its owner's Pods, from running; the SPA has words for each (`podWhy.<code>`). */
export const podWhyCodes = [
  'imageUnauthorized',
  'imageNotFound',
  'imagePull',
  'imageInvalid',
  'imageNeverPulled',
  'containerConfig',
  'containerStart',
  'outOfMemory',
  'nodeOutOfMemory',
  'livenessFailing',
  'startupFailing',
  'crashing',
  'endsAtOnce',
  'exited',
  'readinessFailing',
  'notReady',
  'starting',
  'initRunning',
  'readinessGate',
  'unschedulable',
  'schedulingGated',
  'volumeNotMounted',
  'sandbox',
  'evicted',
  'preempted',
  'nodeLost',
  'nodeShutdown',
  'refusedByNode',
  'deadlineExceeded',
  'quota',
  'admission',
  'podsRefused',
] as const;
export type PodWhyCode = (typeof podWhyCodes)[number];

/** The shape of the contract's `codedError`. */
export interface PodWhy {
  code: PodWhyCode;
  /** The cluster's own words; where it has none, the code. */
  message: string;
  params: Record<string, string | number>;
}

/** Where a text has `{message}`, or no parameters at all, it shows the cluster's words. */
export function why(code: PodWhyCode, message: string, params: PodWhy['params'] = { message }): PodWhy {
  return { code, message: message || code, params };
}
