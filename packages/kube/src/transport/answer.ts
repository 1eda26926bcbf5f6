import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import { KubeError } from './kube-error.ts';
import type { OneByOne } from './one-by-one.ts';
import { isLarge, parseJson, parseLargeJson, type Integers } from './parse-json.ts';
import type { ProcessorBudget } from './processor-budget.ts';
import { asStatus, parseStatus } from './status.ts';
import { Work } from './work.ts';

/** Most bytes of an answer that says no; a Status is never near it. */
const errorBodyLimit = 64 * 1024;

/** What a piece of a body costs at least, however few bytes it has. */
const leastPiece = 2048;

/** What is larger is read one at a time: a cluster may not fill the process by many answers at once. */
const largeBody = 1024 * 1024;

/** An answer's body in one piece; more than `limit` bytes are KubeError `tooLarge` and end the connection. */
export function readBody(body: Readable, limit: number, large?: LargeBodies): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let length = 0;
  let cost = 0;
  let hasTurn = large === undefined;
  return new Promise((resolve, reject) => {
    body.on('data', (piece: Buffer) => {
      cost += Math.max(piece.length, leastPiece);
      if (cost > limit)
        return body.destroy(new KubeError('tooLarge', `The answer is larger than ${limit} bytes`));
      length += piece.length;
      pieces.push(piece);
      if (hasTurn || length <= largeBody) return;
      hasTurn = true;
      body.pause();
      void large?.takeTurn().then(() => body.resume());
    });
    body.once('end', () => resolve(Buffer.concat(pieces, length)));
    body.once('error', reject);
    body.once('close', () => reject(new KubeError('unreachable', 'The answer was cut off')));
  });
}

/** The turn of one answer among the large ones of its cluster: from where it turns out to be one until nobody needs its bytes. */
export class LargeBodies {
  readonly #queue: OneByOne;
  #turn: Promise<() => void> | undefined;

  constructor(queue: OneByOne) {
    this.#queue = queue;
  }

  takeTurn(): Promise<unknown> {
    return (this.#turn ??= this.#queue.take());
  }

  /** Ends the turn, or that there is one to come. */
  end(): void {
    void this.#turn?.then((endTurn) => endTurn());
  }
}

/** An answer that has come. */
export interface WholeAnswer {
  statusCode: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/**
 * A JSON object as an apiserver sends it; anything else is `notAnApiserver`. A large one is read in pieces, and counted
 * in the cluster's budget.
 * @param integers `exact` keeps those beyond 2^53 as `ExactInteger`: where somebody may send the object back
 */
export async function readObject<T>(
  budget: ProcessorBudget,
  { headers, body }: Pick<WholeAnswer, 'headers' | 'body'>,
  integers: Integers = 'rounded',
): Promise<T> {
  checkJson(headers['content-type']);
  const how = [body, 'The answer', 'notAnApiserver', integers] as const;
  const value = isLarge(body) ? await readLarge(budget, how) : parseJson(...how);
  if (typeof value !== 'object' || value === null) {
    throw new KubeError('notAnApiserver', 'The answer is not a JSON object');
  }
  return value as T;
}

async function readLarge(
  budget: ProcessorBudget,
  how: Readonly<Parameters<typeof parseLargeJson>>,
): Promise<unknown> {
  const work = new Work(budget);
  try {
    return await work.all(parseLargeJson(...how));
  } finally {
    work.end(how[0].length);
  }
}

/** Throws `notAnApiserver` where an answer is not JSON by its own account. */
export function checkJson(contentType: string | undefined): void {
  if (!/^application\/([a-z.+-]*\+)?json\b/i.test(contentType ?? '')) {
    throw new KubeError('notAnApiserver', 'The answer is not JSON');
  }
}

/** The error that an answer other than 2xx stands for. Its body is read, and kept only where it is a Status. */
export async function errorOf(
  statusCode: number,
  headers: IncomingHttpHeaders | Record<string, string | string[] | undefined>,
  body: Readable,
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
