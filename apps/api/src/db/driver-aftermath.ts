/**
 * Whether this is the driver's own rejection of a promise nobody holds: the connection was lost while it was being set
 * up (mariadb 3.4, `authSucceedHandler` in lib/connection.js rethrows behind its last catch). Whoever waits for a
 * connection is told besides.
 */
export function isDriverAftermath(reason: unknown): boolean {
  const { name, fatal } = (reason ?? {}) as { name?: unknown; fatal?: unknown };
  return name === 'SqlError' && fatal === true;
}
