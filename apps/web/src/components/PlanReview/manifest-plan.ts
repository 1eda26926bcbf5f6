import type { endpoints, OutputOf } from '@pilothouse/contract';
import type { Level } from '@pilothouse/kinds';
import { useI18n } from 'vue-i18n';
import { ApiError, type ClientErrorCode } from '../../api/api-error.ts';
import { useErrorText } from '../../api/translate-error.ts';
import type { ServerProblem } from '../YamlEditor/yaml-findings.ts';

/** What applying one object of a text would do. */
export type ManifestPlan = OutputOf<typeof endpoints.planManifests>['documents'][number];
export type ManifestState = ManifestPlan['state'];

export const stateLevels: Record<ManifestState, Level> = {
  create: 'ok',
  change: 'progress',
  unchanged: 'neutral',
  later: 'warning',
  untried: 'warning',
  refused: 'error',
};

const unknownFieldCodes = new Set(['UnknownField', 'DuplicateField']);

/** Whether it is refused for fields that the cluster does not know. */
export function hasUnknownFields({ error }: ManifestPlan): boolean {
  return (error?.fields ?? []).some(({ code }) => unknownFieldCodes.has(code));
}

/** What is wrong with it, as an error of a call. */
export function errorOf({ error }: ManifestPlan): ApiError | null {
  if (error === null) return null;
  const { code, message, params, status } = error;
  return new ApiError(0, { code: code as ClientErrorCode, message, params, status });
}

/** Sentences about plans in the user's language. */
export function usePlanText() {
  const { t } = useI18n();
  const errorText = useErrorText();
  const whyRefused = ({ error }: ManifestPlan): string => {
    if (error === null) return '';
    if (error.code === 'manifestHead') return t(`yaml.head.${error.params?.['problem']}`);
    return errorText(error);
  };
  return {
    nameOf: ({ kind, name, generateName }: ManifestPlan) =>
      [kind ?? '?', name ?? (generateName === null ? '' : `${generateName}…`)].join(' ').trim(),
    noteOf: (plan: ManifestPlan): string => {
      const { kind, apiVersion, versionFrom, generateName, state, warnings } = plan;
      const notes = [
        state === 'later' ? t('manifests.later') : whyRefused(plan),
        generateName === null ? '' : t('manifests.generated'),
        versionFrom === 'cluster' ? t('manifests.versionFromCluster', { kind, apiVersion }) : '',
        ...warnings,
      ];
      return notes.filter(Boolean).join(' · ');
    },
    /** For the editor: each where it stands in the text. */
    problemsOf: (plans: readonly ManifestPlan[]): ServerProblem[] =>
      plans
        .filter(({ state }) => state === 'refused')
        .flatMap((plan) => {
          const fields = plan.error?.fields ?? [];
          if (fields.length > 0)
            return fields.map(({ line, message }) => ({ line, message: t('yaml.server', { message }) }));
          return [{ line: plan.error?.line ?? plan.line, message: whyRefused(plan) }];
        }),
  };
}
