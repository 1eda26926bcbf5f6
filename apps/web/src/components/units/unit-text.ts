import type { endpoints, OutputOf } from '@pilothouse/contract';
import { useI18n } from 'vue-i18n';

type Instance = OutputOf<typeof endpoints.getInstance>;
type Plan = OutputOf<typeof endpoints.planInstance>;
export type Phase = Instance['phase'];
export type RenderedChange = Plan['changes'][number];
export type DriftedField = Instance['drift'][number];
export type SpecProblem = Plan['problems'][number];
type CodedError = NonNullable<Instance['error']>;

export const toneOfPhase: Record<Phase, 'ok' | 'progress' | 'warning' | 'error' | 'neutral'> = {
  pending: 'progress',
  rollingOut: 'progress',
  running: 'ok',
  stopped: 'neutral',
  failing: 'error',
  drifted: 'warning',
  unreachable: 'warning',
  removing: 'progress',
  detached: 'error',
};

/** What the platform says of instances, cron jobs and their Pods, in the reader's language. */
export function useUnitText() {
  const { t, te } = useI18n();
  return {
    /** Why a Pod does not run. */
    whyText({ code, message, params = {} }: CodedError): string {
      return te(`podWhy.${code}`) ? t(`podWhy.${code}`, params) : message;
    },
    problemText({ code, params }: SpecProblem): string {
      return te(`specProblem.${code}`) ? t(`specProblem.${code}`, params) : code;
    },
  };
}
