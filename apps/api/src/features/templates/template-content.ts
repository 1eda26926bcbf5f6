import type { endpoints, OutputOf, templateVariable } from '@pilothouse/contract';
import {
  checkTemplate,
  completeValues,
  renderTemplate,
  type TemplateNotice,
  type TemplateProblem,
  type TemplateValue,
} from '@pilothouse/kinds';
import type { z } from 'zod';
import { AppError } from '../../http/app-error.ts';
import { mask } from './mask-values.ts';
import { boundedMatches } from './match-pattern.ts';

type Preview = OutputOf<typeof endpoints.previewTemplate>;

/** A template's text and its variables. */
export interface TemplateContent {
  text: string;
  variables: z.output<typeof templateVariable>[];
}
export type Values = Record<string, TemplateValue>;

/** Throws `templateInvalid` for what could never be rendered. */
export function requireValid({ text, variables }: TemplateContent): void {
  const [problem] = checkTemplate(text, variables).problems;
  if (problem === undefined) return;
  const { code, params } = findingOf(problem);
  throw new AppError('templateInvalid', { line: problem.line, problem: code, ...params }, 'body.text');
}

/** What a text becomes; what is wrong with it, or with the values. */
export function preview(content: TemplateContent, given: Values): Preview {
  const { text, variables } = content;
  const { problems, notices } = checkTemplate(text, variables);
  const { values, problems: wrong } = completeValues(variables, given, boundedMatches());
  const findings = [
    ...problems.map((problem) => ({ ...findingOf(problem), level: 'error' as const })),
    ...notices.map((notice) => ({ ...findingOf(notice), level: 'warning' as const })),
  ];
  const isWrong = problems.length > 0 || wrong.length > 0;
  return { findings, values: wrong, text: isWrong ? null : textOf(content, maskSecrets(content, values)) };
}

/** The YAML with values, and the secrets among them. Throws `templateValue` for the first that is not accepted. */
export function rendered(content: TemplateContent, given: Values): { text: string; secrets: string[] } {
  requireValid(content);
  const { values, problems } = completeValues(content.variables, given, boundedMatches());
  const [first] = problems;
  if (first !== undefined) {
    const { variable, problem } = first;
    const fields = problems.map((each) => ({
      field: `body.values.${each.variable}`,
      code: each.problem,
      message: each.problem,
    }));
    throw new AppError('templateValue', { variable, problem }, `body.values.${variable}`, { fields });
  }
  const secrets = content.variables
    .filter(({ type }) => type === 'secret')
    .flatMap(({ name }) => values.get(name) ?? []);
  return { text: textOf(content, values), secrets: secrets.map(String) };
}

/** The YAML of a task, with masks in the places of secrets. */
export function renderedMasked(content: TemplateContent, given: Values): string {
  const secrets = content.variables.filter(({ type }) => type === 'secret');
  const withMasks = Object.fromEntries(secrets.map(({ name }) => [name, mask]));
  const { values } = completeValues(content.variables, { ...given, ...withMasks }, null);
  return textOf(content, values);
}

/** What of the values may be kept. */
export function withoutSecrets({ variables }: TemplateContent, given: Values): Values {
  const secrets = new Set(variables.filter(({ type }) => type === 'secret').map(({ name }) => name));
  return Object.fromEntries(Object.entries(given).filter(([name]) => !secrets.has(name)));
}

function maskSecrets({ variables }: TemplateContent, values: Map<string, TemplateValue>) {
  const shown = new Map(values);
  for (const { name, type } of variables) if (type === 'secret' && shown.has(name)) shown.set(name, mask);
  return shown;
}

function textOf({ text, variables }: TemplateContent, values: ReadonlyMap<string, TemplateValue>): string {
  return renderTemplate(text, variables, values).text;
}

function findingOf(finding: TemplateProblem | TemplateNotice): Omit<Preview['findings'][number], 'level'> {
  const { line, ...rest } = finding;
  const { code, ...params } =
    'problem' in rest ? { ...rest, code: rest.problem } : { ...rest, code: rest.notice };
  const { problem: _p, notice: _n, ...told } = params as Record<string, string | null>;
  const known = Object.entries(told).map(([name, value]) => [name, value ?? '']);
  return { code, line, params: Object.fromEntries(known) };
}
