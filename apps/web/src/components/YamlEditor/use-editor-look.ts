import { EditorState, type Extension } from '@codemirror/state';
import { computed, type ComputedRef } from 'vue';
import { useI18n } from 'vue-i18n';
import { useTheme } from '../preferences/use-theme.ts';
import { yamlTheme } from './yaml-theme.ts';

/** CodeMirror's own phrases, by their key below `yaml.phrase`. */
const phrases = {
  Find: 'find',
  Replace: 'replaceBy',
  next: 'next',
  previous: 'previous',
  all: 'all',
  'match case': 'matchCase',
  'by word': 'byWord',
  regexp: 'regexp',
  replace: 'replace',
  'replace all': 'replaceAll',
  close: 'close',
  'current match': 'currentMatch',
  'on line': 'onLine',
  'replaced match on line $': 'replacedOnLine',
  'replaced $ matches': 'replacedMany',
  'Go to line': 'goToLine',
  go: 'go',
  Completions: 'completions',
  Diagnostics: 'diagnostics',
  'No diagnostics': 'noDiagnostics',
  'Fold line': 'fold',
  'Unfold line': 'unfold',
  'folded code': 'folded',
  unfold: 'unfold',
  to: 'to',
  'Control character': 'controlCharacter',
  '$ unchanged lines': 'unchangedLines',
} as const;

/** Theme and language of an editor, as the page has them now. */
export function useEditorLook(): ComputedRef<Extension> {
  const { t } = useI18n();
  const { isDark } = useTheme();
  return computed(() => [
    yamlTheme(isDark.value),
    EditorState.phrases.of(
      Object.fromEntries(
        // $ is CodeMirror's own placeholder
        Object.entries(phrases).map(([phrase, key]) => [phrase, t(`yaml.phrase.${key}`, { n: '$' })]),
      ),
    ),
  ]);
}
