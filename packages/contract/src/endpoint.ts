import type { z } from 'zod';
import type { Domain } from './rights/domain.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/**
 * One right a call needs.
 * - `object`: inside a cluster `k8s/<group|core>/<plural>[/<subresource>]`, elsewhere the endpoint's path pattern.
 * - `action`: inside a cluster the Kubernetes verb, elsewhere the HTTP method.
 * - `match`: `covers` (default) wants the grant at the domain or above; `narrows` is content with a grant for the same
 *   object and action somewhere below, and the handler answers for that part only; `entry` is content with any grant
 *   at, above or below the domain (seeing that the cluster or namespace exists).
 */
export interface Requirement {
  domain: Domain;
  object: string;
  action: string;
  match?: 'covers' | 'narrows' | 'entry';
}

/** What a call looks like after validation; `permission` and `audit` are pure functions of it. */
export interface EndpointInput<P, Q, B> {
  params: P;
  query: Q;
  body: B;
}

/** `public`: nobody is asked. `session`: any signed-in user, about themselves. Otherwise: all returned rights are required. */
export type Permission<I> = 'public' | 'session' | ((input: I) => Requirement[]);

/** How a call reads in the audit log: a code the SPA translates, and what it was done to. */
export interface AuditRule<I> {
  code: string;
  target: (input: I) => AuditTarget;
  /** What else the sentence needs; never secrets. */
  params?: (input: I) => Record<string, string | number | boolean | null>;
  /** Its success changes nothing and shows nothing: only a refusal or a failure is worth a row. */
  onlyFailures?: boolean;
}

export interface AuditTarget {
  cluster?: string;
  namespace?: string;
  /** `k8s/core/nodes` or a platform noun such as `cluster`, `grant`. */
  resource?: string;
  name?: string;
}

type Infer<S> = S extends z.ZodType ? z.output<S> : undefined;

export interface Endpoint<
  P extends z.ZodType | undefined = z.ZodType | undefined,
  Q extends z.ZodType | undefined = z.ZodType | undefined,
  B extends z.ZodType | undefined = z.ZodType | undefined,
  R extends z.ZodType | undefined = z.ZodType | undefined,
> {
  /** `clusters.list`: stable name, used by the SPA's query keys and by live subscriptions. */
  id: string;
  method: Method;
  /** Below `/api/v1`, in OpenAPI's notation: `/clusters/{cluster}`. */
  path: string;
  summary: string;
  params: P;
  query: Q;
  body: B;
  /** Its body is bytes, which the handler reads as they came, and no more of them; null: it is JSON. */
  consumes: { mostBytes: number } | null;
  response: R;
  /** Status of success: 200, 201, 202 or 204. */
  status: number;
  /** `json` (default), `text` or `stream` (the handler writes the body itself). */
  produces: 'json' | 'text' | 'stream';
  permission: Permission<EndpointInput<Infer<P>, Infer<Q>, Infer<B>>>;
  /** Every changing or streaming call has one. */
  audit: AuditRule<EndpointInput<Infer<P>, Infer<Q>, Infer<B>>> | null;
  /** May be subscribed to over the live socket. */
  live: boolean;
  /** Refused to API tokens: it is about the account, or gives out what would outlive the token. */
  sessionOnly: boolean;
}

export type InputOf<E> =
  E extends Endpoint<infer P, infer Q, infer B, infer _R>
    ? EndpointInput<Infer<P>, Infer<Q>, Infer<B>>
    : never;
export type OutputOf<E> = E extends Endpoint<infer _P, infer _Q, infer _B, infer R> ? Infer<R> : never;

/** What a caller hands over: the schemas' input side, so that defaults may be left out. */
type InferIn<S> = S extends z.ZodType ? z.input<S> : undefined;
type PresentPart<K extends string, T> = undefined extends T
  ? { [k in K]?: T }
  : Record<string, never> extends T
    ? { [k in K]?: T }
    : { [k in K]: T };
export type CallInputOf<E> =
  E extends Endpoint<infer P, infer Q, infer B, infer _R>
    ? PresentPart<'params', InferIn<P>> & PresentPart<'query', InferIn<Q>> & PresentPart<'body', InferIn<B>>
    : never;

/**
 * Declares an endpoint once for the API (which mounts it), the SPA (which calls it), the OpenAPI document and the
 * role editor.
 */
export function defineEndpoint<
  P extends z.ZodType | undefined = undefined,
  Q extends z.ZodType | undefined = undefined,
  B extends z.ZodType | undefined = undefined,
  R extends z.ZodType | undefined = undefined,
>(definition: {
  id: string;
  method: Method;
  path: string;
  summary: string;
  params?: P;
  query?: Q;
  body?: B;
  consumes?: { mostBytes: number };
  response?: R;
  status?: number;
  produces?: 'json' | 'text' | 'stream';
  permission: Permission<EndpointInput<Infer<P>, Infer<Q>, Infer<B>>>;
  audit?: AuditRule<EndpointInput<Infer<P>, Infer<Q>, Infer<B>>>;
  live?: boolean;
  sessionOnly?: boolean;
}): Endpoint<P, Q, B, R> {
  return {
    status: definition.response === undefined && definition.produces === undefined ? 204 : 200,
    produces: 'json',
    live: false,
    sessionOnly: false,
    consumes: null,
    ...definition,
    params: definition.params as P,
    query: definition.query as Q,
    body: definition.body as B,
    response: definition.response as R,
    audit: definition.audit ?? null,
  };
}

/** A right on the platform itself: the endpoint's own path pattern and method, everywhere. */
export function platformRight(method: Method, path: string): Requirement {
  return { domain: { kind: 'all' }, object: path, action: method };
}
