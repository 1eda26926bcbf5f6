/** Why a password may not be used; the SPA translates each. */
export type PasswordProblem = 'tooShort' | 'tooPlain' | 'containsUsername' | 'common';

const minLength = 10;
const minDistinct = 5;
/** What guessers try first, at our length or above; letters and digits only, lower case. */
const common = [
  'password',
  'passw0rd',
  'qwertyuiop',
  '1234567890',
  'administrator',
  'changeme',
  'letmein',
  'pilothouse',
];

/** NIST SP 800-63B: length counts, composition rules do not. Undefined when there is nothing against it. */
export function passwordProblem(password: string, username: string): PasswordProblem | undefined {
  const plain = password.toLowerCase();
  if ([...password].length < minLength) return 'tooShort';
  if (new Set(plain).size < minDistinct) return 'tooPlain';
  if (username.length > 2 && plain.includes(username.toLowerCase())) return 'containsUsername';
  // a common word with digits and signs around it is a common word
  if (common.includes(plain) || common.includes(plain.replace(/[^a-z]/g, ''))) return 'common';
  return undefined;
}
