import { anyAction, isPattern, objectMatches } from './object-matches.ts';

/** Answers kept; whoever asks for invented objects makes it forget, not grow. */
const mostAnswers = 1000;

/** What some roles allow together, wherever they are granted. A question that was asked before is a look-up. */
export class RoleRules {
  readonly #actionsOf = new Map<string, Set<string>>();
  readonly #patterns: { object: string; action: string }[] = [];
  readonly #answers = new Map<string, Map<string, boolean>>();
  #answered = 0;

  constructor(rules: readonly { object: string; action: string }[]) {
    for (const { object, action } of rules) {
      if (isPattern(object)) this.#patterns.push({ object, action });
      else this.#actionsOf.set(object, (this.#actionsOf.get(object) ?? new Set()).add(action));
    }
  }

  allows(object: string, action: string): boolean {
    return this.#answers.get(object)?.get(action) ?? this.#answer(object, action);
  }

  #answer(object: string, action: string): boolean {
    const actions = this.#actionsOf.get(object);
    const answer =
      actions?.has(action) === true ||
      actions?.has(anyAction) === true ||
      this.#patterns.some(
        (rule) => (rule.action === anyAction || rule.action === action) && objectMatches(rule.object, object),
      );
    if (this.#answered >= mostAnswers) {
      this.#answers.clear();
      this.#answered = 0;
    }
    const answers = this.#answers.get(object) ?? new Map<string, boolean>();
    this.#answers.set(object, answers.set(action, answer));
    this.#answered += 1;
    return answer;
  }
}
