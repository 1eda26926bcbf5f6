/**
 * Name of an instance's Deployment, from which the names of its other objects come: `<application>-<instance>`, at most
 * 52 characters (room for what is appended), begins with a letter (older apiservers want that of Services), the same for
 * the same names; what is too long is cut and told apart by a hash.
 */
export function instanceObjectName(_application: string, _instance: string): string {
  throw new Error('not written yet');
}
