import { useI18n } from 'vue-i18n';
import type { DraftProblem } from './draft.ts';

/** Why a text is no object, in the reader's language. */
export function useDraftProblemText(): (problem: DraftProblem) => string {
  const { t, te } = useI18n();
  return ({ problem, hint, expected, line }) => {
    const said = () => {
      if (te(`objectForm.problem.${problem}`)) return t(`objectForm.problem.${problem}`);
      if (problem === 'syntax') return t(`yaml.expected.${expected ?? 'other'}`);
      return t(`yaml.problem.${problem}`, { detail: '' }).replace(/[:：]\s*$/, '');
    };
    const cause = hint === null ? said() : t(`yaml.hint.${hint}`);
    return line === null ? cause : t('yaml.atLine', { line, problem: cause });
  };
}
