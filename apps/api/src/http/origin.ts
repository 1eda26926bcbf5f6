import type { IncomingMessage } from 'node:http';
import { AppError } from './app-error.ts';

/**
 * Refuses requests that a page of another origin makes the browser send: they would carry the refresh cookie, and
 * SameSite tells neither ports nor (of a site) hosts apart.
 * @param required whether a request without `Origin` is refused too; scripts send none
 */
export function checkOrigin(req: IncomingMessage, publicUrl: string, required: boolean): void {
  const { origin } = req.headers;
  if (origin === undefined ? !required : origin === new URL(publicUrl).origin) return;
  throw new AppError('foreignOrigin', { origin: origin ?? 'none' });
}
