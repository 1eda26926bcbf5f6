import type { Status } from './status.ts';

/**
 * What went wrong between us and a cluster.
 *
 * The cluster could not be reached or trusted:
 * - `dns`: its name does not resolve. `refused`: nothing listens. `timeout`: no connection or no answer in time.
 *   `unreachable`: no route, or the connection was lost.
 * - `certificateExpired`, `certificateNotYetValid`, `certificateUnknownAuthority`, `certificateWrongName`, `tls`.
 * - `addressForbidden`: the address policy does not allow where the name leads.
 *
 * It answered:
 * - `api`: with a Kubernetes Status; `status` and `statusObject` are set.
 * - `unauthorized`: 401, with or without a Status. `forbidden`: 403 without a Status. `serverError`: 5xx without one.
 * - `notAnApiserver`: something no apiserver says (a redirect, HTML, a 404 without a Status).
 * - `protocol`: a frame, event or object that breaks the protocol. `tooLarge`: more than we take.
 * - `endless`: a list that does not come to an end; `params` are `objects` and `seconds`.
 * - `wrongKind`: objects of another kind than was asked for; `params` are `met` and `wanted`. `malformed`: some objects
 *   are none; `params` are `count` and `names`.
 *
 * We stopped it:
 * - `unavailable`: the server did not answer lately (`cause`) and is not asked for a moment. `busy`: too many calls wait.
 * - `throttled`: what the cluster sends is read more slowly than it comes; `params` has `percent` of a core.
 * - `aborted`: the caller's signal. `closed`: the connection was closed (cluster removed or replaced).
 * - `invalidName`, `badSelector` (`params` are `problem` and `value`): refused before anything left.
 */
export type KubeErrorReason =
  | 'dns'
  | 'refused'
  | 'timeout'
  | 'unreachable'
  | 'certificateExpired'
  | 'certificateNotYetValid'
  | 'certificateUnknownAuthority'
  | 'certificateWrongName'
  | 'tls'
  | 'addressForbidden'
  | 'api'
  | 'unauthorized'
  | 'forbidden'
  | 'serverError'
  | 'notAnApiserver'
  | 'protocol'
  | 'tooLarge'
  | 'wrongKind'
  | 'endless'
  | 'malformed'
  | 'unavailable'
  | 'busy'
  | 'throttled'
  | 'aborted'
  | 'closed'
  | 'invalidName'
  | 'badSelector';

/** Every call of this package that fails, fails with one of these. `message` never carries a response body. */
export class KubeError extends Error {
  override readonly name = 'KubeError';
  readonly reason: KubeErrorReason;
  /** HTTP status, where there was an answer. */
  readonly status: number | undefined;
  /** The cluster's own words, verbatim, where the answer was a Kubernetes Status. */
  readonly statusObject: Status | undefined;
  /** Seconds to wait, as the cluster asks (`Retry-After`) or, with `busy`, we do. */
  readonly retryAfterSeconds: number | undefined;
  /** What the message says in words, for who says it in others. */
  readonly params: Readonly<Record<string, string | number>>;

  constructor(
    reason: KubeErrorReason,
    message: string,
    answer: {
      status?: number;
      statusObject?: Status;
      retryAfterSeconds?: number;
      params?: Record<string, string | number>;
      cause?: unknown;
    } = {},
  ) {
    super(message, answer.cause === undefined ? undefined : { cause: answer.cause });
    this.reason = reason;
    this.status = answer.status;
    this.statusObject = answer.statusObject;
    this.retryAfterSeconds = answer.retryAfterSeconds;
    this.params = answer.params ?? {};
  }

  /** Whether the cluster answered with this HTTP status, or (in a watch) with a Status of this code. */
  is(status: number): boolean {
    return this.status === status;
  }
}
