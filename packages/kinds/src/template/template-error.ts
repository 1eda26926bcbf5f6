import type { HeadProblem } from '../document/head-problem.ts';
import type { YamlHint, YamlProblem } from '../yaml/yaml-error.ts';

/**
 * What is wrong with a template, whatever its values:
 * - `unreadable`: its text is not YAML; `hint` has the likely cause.
 * - `flow`: a placeholder stands unquoted within `{}` or `[]`, whose signs it is written with.
 * - `empty`: it has no documents.
 * - `head`: a document is no object of Kubernetes.
 * - `inKey`: a placeholder stands in a key.
 * - `secretInHead`: a secret stands where everybody sees it: kind, name, labels, annotations.
 */
export type TemplateProblem = { line: number } & (
  | { problem: 'unreadable'; yaml: YamlProblem; hint: YamlHint | null; detail: string }
  | { problem: 'head'; head: HeadProblem }
  | { problem: 'inKey' | 'secretInHead'; variable: string }
  | { problem: 'flow' | 'empty' }
);

/**
 * What may be meant otherwise:
 * - `unused`: a declared variable that no placeholder names.
 * - `undeclared`: a placeholder of no variable, which stays as it is.
 * - `helm`: a placeholder of Helm, which stays as it is.
 */
export type TemplateNotice =
  | { notice: 'unused'; variable: string; line: null }
  | { notice: 'undeclared'; variable: string; line: number }
  | { notice: 'helm'; line: number };

/** Thrown by `renderTemplate`. */
export class TemplateError extends Error {
  override name = 'TemplateError';
  readonly problem: TemplateProblem;
  constructor(problem: TemplateProblem) {
    super(`line ${problem.line}: ${problem.problem}`);
    this.problem = problem;
  }
}
