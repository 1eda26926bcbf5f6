import type { IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders } from 'node:http';

/** Of one connection (RFC 9110, 7.6.1), and not of what is said over it. */
const ofConnection = [
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
];
const neverUpstream = new Set([
  ...ofConnection,
  // answered here
  'expect',
  // the platform's way to know somebody, wherever it comes from
  'authorization',
  'cookie',
  // who asks is nobody's business in the Pod
  'forwarded',
  'x-forwarded-for',
  'x-real-ip',
]);
const neverDown = new Set([
  ...ofConnection,
  'set-cookie',
  // what these say holds for more than the forward's own host name
  'clear-site-data',
  'strict-transport-security',
  'alt-svc',
]);

/** Cookies of the platform, its own or a forward's: the Pod neither sees nor sets one. */
const ofPlatform = /^(__(Secure|Host)-)?pilothouse[-_]/;

/** What of a browser's request goes to the Pod. An upgrade keeps what makes it one. */
export function upstreamHeaders(
  { headersDistinct, headers }: Pick<IncomingMessage, 'headersDistinct' | 'headers'>,
  isUpgrade = false,
): OutgoingHttpHeaders {
  const passed: OutgoingHttpHeaders = without(headersDistinct, neverUpstream, headers);
  const cookies = cookiesOf(headers)
    .filter(({ name }) => !ofPlatform.test(name))
    .map(({ name, value }) => `${name}=${value}`);
  if (cookies.length > 0) passed['cookie'] = cookies.join('; ');
  if (isUpgrade) Object.assign(passed, { connection: 'Upgrade', upgrade: headers.upgrade });
  return passed;
}

/** What of the Pod's answer goes to the browser: cookies are the forward's own host's, whatever Domain they name. */
export function downstreamHeaders({
  headersDistinct,
  headers,
}: Pick<IncomingMessage, 'headersDistinct' | 'headers'>): OutgoingHttpHeaders {
  const passed: OutgoingHttpHeaders = without(headersDistinct, neverDown, headers);
  const cookies = (headers['set-cookie'] ?? [])
    .filter((cookie) => !ofPlatform.test(cookie.trim()))
    .map((cookie) => cookie.replace(/;\s*domain\s*(=[^;]*)?(?=;|$)/gi, ''));
  if (cookies.length > 0) passed['set-cookie'] = cookies;
  return passed;
}

/** In the order sent; of one name there may be several. */
export function cookiesOf({ cookie = '' }: IncomingHttpHeaders): { name: string; value: string }[] {
  return cookie.split(';').flatMap((pair) => {
    const [name = '', ...value] = pair.split('=');
    return name.trim() === '' ? [] : [{ name: name.trim(), value: value.join('=').trim() }];
  });
}

/** A header that `Connection` names is of the connection, too. */
function without(
  all: NodeJS.Dict<string[]>,
  names: ReadonlySet<string>,
  { connection = '' }: IncomingHttpHeaders,
): Record<string, string | string[]> {
  const more = new Set(connection.split(',').map((name) => name.trim().toLowerCase()));
  return Object.fromEntries(
    Object.entries(all).flatMap(([name, values]) =>
      names.has(name) || more.has(name) || values === undefined
        ? []
        : // of some, as of Host, node wants one text
          [[name, values.length === 1 ? (values[0] ?? '') : values]],
    ),
  );
}
