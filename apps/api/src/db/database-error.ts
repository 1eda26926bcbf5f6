import { Prisma } from './generated/client.ts';

const codeOf = (error: unknown) =>
  error instanceof Prisma.PrismaClientKnownRequestError ? error.code : undefined;

/** Whether a write broke a unique index. */
export function isUniqueViolation(error: unknown): boolean {
  return codeOf(error) === 'P2002';
}

/** Whether a row is still referred to, or refers to one that is not there. */
export function isForeignKeyViolation(error: unknown): boolean {
  return codeOf(error) === 'P2003';
}

/** Whether InnoDB chose the transaction as a deadlock's victim; the same again may well succeed. */
export function isDeadlock(error: unknown): boolean {
  const code = codeOf(error);
  // of raw SQL the driver's own number: ER_LOCK_DEADLOCK
  return code === 'P2034' || (code === 'P2010' && /\b1213\b|Deadlock found/.test((error as Error).message));
}

/** Whether a value is longer than its column. */
export function isTooLong(error: unknown): boolean {
  return codeOf(error) === 'P2000';
}

/** Prisma's P1xxx are connection problems; the others are waits for a connection that never came. */
const unavailableCodes = /^(P1\d{3}|P2024|P2028|P2037)$/;
/** What the driver says of a lost or absent connection and Prisma passes on as text. */
const lossMessages =
  /pool timeout|ECONNREFUSED|ECONNRESET|EPIPE|unexpectedly been closed|connection closed|Connection killed|Server shutdown/i;

/** Whether the database did not answer at all. */
export function isDatabaseUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof Prisma.PrismaClientInitializationError) return true;
  if (unavailableCodes.test(codeOf(error) ?? '')) return true;
  return /^(Prisma|DriverAdapter)/.test(error.name) && lossMessages.test(error.message);
}
