import type { IncomingHttpHeaders } from 'node:http';
import { KubeError } from './kube-error.ts';
import { asStatus, parseStatus } from './status.ts';

/** Most bytes of an answer that says no; a Status is never near it. */
const errorBodyLimit = 64 * 1024;

/** An answer's body in one piece; more than `limit` bytes are KubeError `tooLarge` and end the connection. */
export async function readBody(body: AsyncIterable<Uint8Array>, limit: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.length;
    if (length > limit) throw new KubeError('tooLarge', `The answer is larger than ${limit} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, length);
}

/** A JSON object as an apiserver sends it; anything else is `notAnApiserver`. */
export function parseObject<T>(body: Buffer, contentType: string | undefined): T {
  if (!/^application\/([a-z.+-]*\+)?json\b/i.test(contentType ?? '')) {
    throw new KubeError('notAnApiserver', 'The answer is not JSON');
  }
  const value = parseJson(body);
  if (typeof value !== 'object' || value === null) {
    throw new KubeError('notAnApiserver', 'The answer is not a JSON object');
  }
  return value as T;
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    // without its cause, which quotes the body
    throw new KubeError('notAnApiserver', 'The answer is not valid JSON');
  }
}

/** The error that an answer other than 2xx stands for. Its body is read, and kept only where it is a Status. */
export async function errorOf(
  statusCode: number,
  headers: IncomingHttpHeaders | Record<string, string | string[] | undefined>,
  body: AsyncIterable<Uint8Array>,
): Promise<KubeError> {
  const text = await readBody(body, errorBodyLimit).then(
    (bytes) => bytes.toString('utf8'),
    () => '',
  );
  return statusError(statusCode, parseStatus(text), headers['retry-after']);
}

/** The error of a Status that came inside a stream (a watch's ERROR event). */
export function streamedStatusError(value: unknown): KubeError {
  const status = asStatus(value);
  if (!status) return new KubeError('protocol', 'The server reported an error that is not a Status');
  return statusError(status.code ?? 500, status, undefined);
}

function statusError(
  status: number,
  statusObject: ReturnType<typeof asStatus>,
  retryAfter: string | string[] | undefined,
): KubeError {
  const seconds = Number(retryAfter ?? statusObject?.details?.retryAfterSeconds ?? Number.NaN);
  const answer = {
    status,
    ...(statusObject ? { statusObject } : {}),
    ...(Number.isFinite(seconds) && seconds >= 0 ? { retryAfterSeconds: seconds } : {}),
  };
  if (status === 401)
    return new KubeError('unauthorized', 'The cluster refuses the credential (401)', answer);
  if (statusObject) {
    return new KubeError('api', statusObject.message || statusObject.reason || `HTTP ${status}`, answer);
  }
  const said = `HTTP ${status} without a Kubernetes Status`;
  if (status === 403) return new KubeError('forbidden', said, answer);
  if (status >= 500) return new KubeError('serverError', said, answer);
  const redirect = status >= 300 && status < 400;
  return new KubeError(
    'notAnApiserver',
    redirect ? `A redirect (${status}), which is not followed` : said,
    answer,
  );
}
