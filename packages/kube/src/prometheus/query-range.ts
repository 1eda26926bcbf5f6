import { isRecord } from '@pilothouse/kinds';
import { Client } from 'undici';
import type { AddressPolicy } from '../transport/address-policy.ts';
import { readBody } from '../transport/answer.ts';
import { startDeadline } from '../transport/deadline.ts';
import { informationalCounter } from '../transport/informational.ts';
import { KubeError } from '../transport/kube-error.ts';
import { networkError } from '../transport/network-error.ts';
import { openPlainSocket } from '../transport/open-plain-socket.ts';
import { openSocket } from '../transport/open-socket.ts';
import { parseJson } from '../transport/parse-json.ts';

/** Where a Prometheus is (`http(s)://host[:port][/path]`), and who to be there. */
export interface PrometheusServer {
  url: string;
  /** Sent as bearer token. */
  token: string | null;
}

/** A query over a stretch of time: seconds since 1970, and from one value to the next. */
export interface RangeQuery {
  query: string;
  start: number;
  end: number;
  step: number;
}

/** What one series of the answer is called, and its values at seconds since 1970. */
export interface RangeSeries {
  labels: Record<string, string>;
  values: [at: number, value: number][];
}

/** Ten series of 2,000 values are a third of it. */
const mostBytes = 2 * 1024 * 1024;
const timeoutMs = 15_000;

/**
 * Asks a Prometheus for a range of values. Redirects are not followed, an answer is bounded, and nothing of what it says
 * is in an error. Rejects with KubeError: as connections do, `unauthorized`, `forbidden`, `serverError`, `tooLarge` (also
 * where the query is more than Prometheus takes), `notAnApiserver` where it is no Prometheus.
 */
export async function queryRange(
  server: PrometheusServer,
  { query, start, end, step }: RangeQuery,
  options: { addressPolicy: AddressPolicy; signal?: AbortSignal | undefined },
): Promise<RangeSeries[]> {
  const url = new URL(server.url);
  const { addressPolicy, signal } = options;
  const deadline = startDeadline(timeoutMs, [signal]);
  const client = new Client(url.origin, {
    allowH2: false,
    connect: (_target, callback) => {
      open(url, addressPolicy).then(
        (socket) => callback(null, socket),
        (error: Error) => callback(error, null),
      );
    },
  });
  try {
    const { statusCode, body } = await client.request({
      // as a form: a query may be longer than a URL
      method: 'POST',
      path: `${url.pathname.replace(/\/+$/, '')}/api/v1/query_range`,
      headers: {
        accept: 'application/json',
        'content-type': 'application/x-www-form-urlencoded',
        'user-agent': 'pilothouse',
        ...(server.token !== null && { authorization: `Bearer ${server.token}` }),
      },
      body: new URLSearchParams({ query, start: `${start}`, end: `${end}`, step: `${step}` }).toString(),
      signal: deadline.signal,
      onInfo: informationalCounter(),
      // our own deadline counts
      headersTimeout: 0,
      bodyTimeout: 0,
    });
    if (statusCode !== 200) {
      body.on('error', () => undefined).destroy();
      throw refusal(statusCode);
    }
    return seriesOf(parseJson(await readBody(body, mostBytes), 'The answer', 'notAnApiserver'));
  } catch (error) {
    throw networkError(error);
  } finally {
    deadline.end();
    await client.destroy();
  }
}

function open(url: URL, policy: AddressPolicy) {
  return url.protocol === 'https:'
    ? openSocket({ server: url.href, insecureSkipTlsVerify: false }, policy)
    : openPlainSocket(url, policy);
}

function refusal(status: number): KubeError {
  const said = `Prometheus answered ${status}`;
  if (status === 401) return new KubeError('unauthorized', said, { status });
  if (status === 403) return new KubeError('forbidden', said, { status });
  // the query would load more samples than it takes
  if (status === 422) return new KubeError('tooLarge', said, { status });
  return new KubeError(status >= 500 ? 'serverError' : 'notAnApiserver', said, { status });
}

function seriesOf(answer: unknown): RangeSeries[] {
  const data = isRecord(answer) && answer['status'] === 'success' ? answer['data'] : undefined;
  if (!isRecord(data) || data['resultType'] !== 'matrix' || !Array.isArray(data['result']))
    throw new KubeError('notAnApiserver', 'The answer is not one of Prometheus');
  return data['result'].filter(isRecord).map(({ metric, values }) => ({
    labels: Object.fromEntries(
      Object.entries(isRecord(metric) ? metric : {}).map(([name, value]) => [name, String(value)]),
    ),
    values: (Array.isArray(values) ? values : []).flatMap((pair: unknown): RangeSeries['values'] => {
      const [at, value] = Array.isArray(pair) ? [Number(pair[0]), Number(pair[1])] : [NaN, NaN];
      return Number.isFinite(at) && Number.isFinite(value) ? [[at, value]] : [];
    }),
  }));
}
