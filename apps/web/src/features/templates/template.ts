import type { endpoints, OutputOf } from '@pilothouse/contract';
import type { TemplateValue } from '@pilothouse/kinds';
import { useI18n } from 'vue-i18n';

export type TemplateVersion = OutputOf<typeof endpoints.getTemplateVersion>;
export type Variable = TemplateVersion['variables'][number];
export type Preview = OutputOf<typeof endpoints.previewTemplate>;
export type Finding = Preview['findings'][number];
export type Values = Record<string, TemplateValue>;

export const newVariable = (name: string): Variable => ({
  name,
  type: 'string',
  description: '',
  required: true,
  default: null,
  choices: [],
  pattern: null,
});

/** `key=value`, as labels are typed; null where it is none. */
export function labelOf(text: string): [string, string] | null {
  const [, key, value] = /^([^=\s]+)=(\S*)$/.exec(text.trim()) ?? [];
  return key === undefined || value === undefined ? null : [key, value];
}

/** Sentences about templates in the user's language. */
export function useTemplateText() {
  const { t } = useI18n();
  return {
    findingText: ({ code, params }: Finding) =>
      code === 'head' ? t(`yaml.head.${params['head']}`) : t(`templates.finding.${code}`, params),
    valueText: (problem: string, { pattern }: Pick<Variable, 'pattern'>) =>
      t(`templates.value.${problem}`, { pattern: pattern ?? '' }),
    shown: (value: TemplateValue | null | undefined) => {
      if (typeof value === 'boolean') return t(value ? 'templates.value.yes' : 'templates.value.no');
      return value === null || value === undefined ? '' : String(value);
    },
  };
}
