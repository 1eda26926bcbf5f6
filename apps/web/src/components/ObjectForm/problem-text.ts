import { useI18n } from 'vue-i18n';
import type { DraftProblem } from './draft.ts';

/** Why a text is no object, in the reader's language. */
export function useDraftProblemText(): (problem: DraftProblem) => string {
  const { t, te } = useI18n();
  return ({ problem, hint, line }) => {
    const said = te(`objectForm.problem.${problem}`)
      ? t(`objectForm.problem.${problem}`)
      : t(`yaml.problem.${problem}`, { detail: '' });
    const cause = hint === null ? said : t(`yaml.hint.${hint}`);
    return line === null ? cause : `${t('yaml.line', { line })}: ${cause}`;
  };
}
