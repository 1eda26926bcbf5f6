import { expect, test } from 'vitest';
import { passwordProblem } from './password-policy.ts';

test.each([
  ['short', 'tooShort'],
  ['aaaaaaaaaaaaaaaa', 'tooPlain'],
  ['xx-Ada-Lovelace-1', 'containsUsername'],
  ['Password123!', 'common'],
  ['1234567890', 'common'],
  ['administrator', 'common'],
  ['correct horse battery', undefined],
  ['七個不同的字符也可以是密碼', undefined],
])('%s: %s', (password, problem) => {
  expect(passwordProblem(password, 'ada')).toBe(problem);
});
