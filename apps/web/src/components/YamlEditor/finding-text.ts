import type { SchemaNode, SchemaProblem } from '@pilothouse/kinds';
import { useI18n } from 'vue-i18n';
import type { FieldTexts } from './field-info.ts';
import { nearest } from './text-help.ts';
import type { YamlFinding } from './yaml-findings.ts';

/** What a finding means, in the reader's language. */
export function useFindingText(): (finding: YamlFinding) => string {
  const { t } = useI18n();
  const schemaText = (problem: SchemaProblem): string => {
    switch (problem.code) {
      case 'unknownField': {
        const near = nearest(problem.name, problem.known);
        const said = t('yaml.schema.unknownField', { name: problem.name });
        return near.length === 0
          ? said
          : `${said} ${t('yaml.schema.suggestion', { names: near.join(', ') })}`;
      }
      case 'missingField':
        return t('yaml.schema.missingField', { name: problem.name });
      case 'wrongType':
        return t('yaml.schema.wrongType', { type: t(`yaml.type.${problem.wanted}`) });
      default:
        return t('yaml.schema.notInEnum', { values: problem.allowed.join(', ') });
    }
  };
  return (finding) => {
    switch (finding.code) {
      case 'yaml': {
        const { problem, hint, expected, detail } = finding;
        // the parser's own words are nobody's language: only where nothing else is known
        if (hint === 'missingColon' || (hint !== null && problem === 'syntax' && expected === null))
          return t(`yaml.hint.${hint}`);
        const said = t(`yaml.problem.${problem}`, {
          detail: expected === null ? detail : t(`yaml.expected.${expected}`),
        });
        return hint === null ? said : `${t(`yaml.hint.${hint}`)}\n${said}`;
      }
      case 'head':
        return t(`yaml.head.${finding.problem}`);
      case 'schema':
        return finding.hint === null ? schemaText(finding.problem) : t(`yaml.hint.${finding.hint}`);
      case 'told':
        return finding.message;
      default:
        return t('yaml.server', { message: finding.message });
    }
  };
}

/** Words of a field's description. */
export function useFieldTexts(): () => FieldTexts {
  const { t } = useI18n();
  const type = (node: SchemaNode): string => {
    if (node.type === 'array')
      return t('yaml.listOf', { item: t(`yaml.type.${node.items()?.type ?? 'any'}`) });
    return t(`yaml.type.${node.type}`);
  };
  return () => ({
    type,
    required: t('yaml.required'),
    default: (value) => t('yaml.default', { value }),
    allowed: (values) => t('yaml.allowed', { values }),
    none: t('yaml.noDescription'),
  });
}
