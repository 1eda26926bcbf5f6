/** What can be wrong with a label or field selector; `{value}` is the part that is meant. */
export const selectorProblems = {
  notLabelName: "{value} is not a label's name",
  notLabelValue: "{value} is not a label's value",
  notWholeNumber: '> and < need a whole number, not {value}',
  emptyTerm: 'there is nothing between two commas',
  notFieldSelector: 'a field selector is path=value, joined by commas',
  notFieldTerm: '{value} is not path=value',
  unknownField: 'there is no field {value} to select by',
} as const;

export type SelectorProblem = keyof typeof selectorProblems;
