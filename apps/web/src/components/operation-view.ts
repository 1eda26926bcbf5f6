import type { endpoints, OutputOf } from '@pilothouse/contract';
import { useI18n } from 'vue-i18n';

export type Operation = OutputOf<typeof endpoints.listOperations>['items'][number];
type OneOperation = OutputOf<typeof endpoints.getOperation>;
export type OperationItem = OutputOf<typeof endpoints.listOperationItems>['items'][number];

type Tone = 'ok' | 'progress' | 'warning' | 'error' | 'neutral';

export const operationTones: Record<OperationItem['state'], Tone> = {
  queued: 'neutral',
  running: 'progress',
  succeeded: 'ok',
  failed: 'error',
  skipped: 'neutral',
  cancelled: 'warning',
};

export function isUnderWay({ state }: Pick<Operation, 'state'>): boolean {
  return state === 'queued' || state === 'running';
}

/** Share of items that are done, 0 to 100. */
export function percentOf({ counts, state }: Operation): number {
  if (state === 'succeeded') return 100;
  return counts.total === 0 ? 0 : Math.floor((counts.done / counts.total) * 100);
}

/** ant-design-vue's Progress status. */
export function progressStatus(operation: Operation): 'active' | 'exception' | 'normal' | 'success' {
  if (operation.state === 'succeeded') return 'success';
  if (operation.state === 'failed' || operation.counts.failed > 0) return 'exception';
  return operation.state === 'running' ? 'active' : 'normal';
}

/** The action that an operation is a batch of; none where it is the platform's own. */
const actionOf = (kind: string) => /^action\.(.+)$/.exec(kind)?.[1];

/** Sentences about operations in the user's language; an unknown kind or code keeps its own name. */
export function useOperationText() {
  const { t, te, locale } = useI18n();
  /** A moment in parameters is told as the time of day. */
  const words = ({ since, ...params }: Record<string, string | number>) => ({
    ...params,
    ...(since !== undefined && { since: new Date(since).toLocaleTimeString(locale.value) }),
  });
  return {
    /** A batch of an action is named as the action. */
    kindText: ({ kind }: Pick<Operation, 'kind'>) => {
      const action = actionOf(kind);
      const key = action === undefined ? `operation.${kind}` : `actions.${action}.label`;
      return te(key) ? t(key) : kind;
    },
    /** What was chosen: an action's under kubectl's names, ours in words. What is off, or empty, was not chosen. */
    optionTexts: ({ kind, options }: Pick<OneOperation, 'kind' | 'options'>) =>
      Object.entries(options)
        .filter(([, value]) => value !== false && value !== '' && value !== null)
        .map(([name, value]) => {
          const key = `operationOption.${name}`;
          return actionOf(kind) === undefined && te(key) ? t(key, { value }) : `${name}: ${value}`;
        }),
    /** A step of a build has a name of ours; objects are named as they are. */
    targetText: (target: string) =>
      te(`operationTarget.${target}`) ? t(`operationTarget.${target}`) : target,
    /** Where an item is. */
    stepText: ({ code, params }: NonNullable<OperationItem['step']>) =>
      te(`operationStep.${code}`) ? t(`operationStep.${code}`, words(params)) : code,
    resultText: (result: NonNullable<OperationItem['result']>) => {
      for (const key of [`operationResult.${result.code}`, `errors.${result.code}`])
        if (te(key)) return t(key, result.params);
      return result.code;
    },
  };
}
