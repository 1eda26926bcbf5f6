import type { IncomingMessage } from 'node:http';

/**
 * Whether a page of another origin makes the browser send this: the forward's cookie would go along, for host names of
 * forwards are one site. Coming here by a link is nobody's attack.
 */
export function isFromForeignPage(
  { headers, method }: Pick<IncomingMessage, 'headers' | 'method'>,
  ownOrigin: string,
): boolean {
  const site = headers['sec-fetch-site'];
  // browsers that do not say it say at least whose page writes
  if (site === undefined) return headers.origin !== undefined && headers.origin !== ownOrigin;
  if (site === 'same-origin' || site === 'none') return false;
  const isLink = headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document';
  return !(isLink && method === 'GET');
}
