import type { Endpoint, EndpointInput, InputOf, OutputOf } from '@pilothouse/contract';
import { parseExactJson } from '@pilothouse/kinds';
import express, { type NextFunction, type Request, type Response, type Router } from 'express';
import type { Authoriser, Scope } from '../authz/authoriser.ts';
import type { Principal } from '../authz/principal.ts';
import { newId } from '../db/ids.ts';
import { AppError } from './app-error.ts';
import type { AuditEntry, AuditIntent, AuditLog, AuditOutcome } from './audit.ts';
import type { Authentication } from './authentication.ts';
import { bodyWriter } from './body-writer.ts';
import { toAppError } from './error-handler.ts';
import { inputReader } from './validate.ts';

/** What a handler may add to the audit row of its call. */
export type AuditNote = Partial<
  Pick<AuditOutcome, 'reason' | 'clusterStatus' | 'principal' | 'target' | 'params'>
>;

/** A validated, authorised call. */
export type Call<E extends Endpoint> = InputOf<E> & {
  /** Signed-in caller; for public endpoints whoever presented a token, else null. */
  principal: E['permission'] extends 'public' ? Principal | null : Principal;
  /** How much of what was asked for may be answered. */
  scope: Scope;
  requestId: string;
  /** Id of the call's audit row; goes to the cluster as `Audit-ID`. */
  auditId: string;
  /** The caller's address, trusted proxies considered. */
  address: string;
  /** Aborted when the caller goes away. */
  signal: AbortSignal;
  noteAudit(note: AuditNote): void;
  req: Request;
  res: Response;
};

/** Answers with the response's value; `stream` endpoints write it themselves and resolve when it is written. */
export type Handler<E extends Endpoint> = (
  call: Call<E>,
) => E['response'] extends undefined ? Promise<void> | void : Promise<OutputOf<E>> | OutputOf<E>;

export interface ApiServices {
  authentication: Authentication;
  authoriser: Authoriser;
  audit: AuditLog;
}

/** The router below `/api/v1`: takes endpoints of the contract only, and asks for everything the contract says. */
export class ApiRouter {
  readonly router: Router = express.Router({ caseSensitive: true });
  readonly services: ApiServices;
  readonly mounted = new Map<string, Endpoint>();

  constructor(services: ApiServices) {
    this.services = services;
  }

  /** Paths that exist answer other methods with 405. Called once, after everything is mounted. */
  finish(): void {
    for (const path of new Set([...this.mounted.values()].map((endpoint) => endpoint.path))) {
      this.router.all(expressPath(path), (req) => {
        throw new AppError('methodNotAllowed', { method: req.method });
      });
    }
  }
}

/** Bodies of people who are not signed in stay small. */
const bodyLimits = { public: 16 * 1024, session: 4 * 1024 * 1024 };

/** Throws for a call that is one too many: it is not even noted. */
type Admit<E extends Endpoint> = (input: InputOf<E>, address: string) => void;

/**
 * Mounts an endpoint. In this order: who is it, is the input valid, are there too many, may they (before anything is
 * looked up), is the intent in the audit log; then the handler; then its outcome.
 */
export function mount<E extends Endpoint>(
  api: ApiRouter,
  endpoint: E,
  handler: Handler<E>,
  admit?: Admit<E>,
): void {
  if (api.mounted.has(endpoint.id)) throw new Error(`${endpoint.id} is mounted twice`);
  api.mounted.set(endpoint.id, endpoint);
  const method = endpoint.method.toLowerCase() as 'get' | 'post' | 'put' | 'patch' | 'delete';
  const isPublic = endpoint.permission === 'public';
  const readInput = inputReader(endpoint);
  const writeBody = bodyWriter(endpoint);
  const { consumes } = endpoint;
  const readRaw =
    consumes === null
      ? express.text({ type: 'application/json', limit: bodyLimits[isPublic ? 'public' : 'session'] })
      : express.raw({ type: () => true, limit: consumes.mostBytes, inflate: false });

  api.router[method](
    expressPath(endpoint.path),
    async (req: Request, res: Response, next: NextFunction) => {
      const { authentication } = api.services;
      res.locals.principal = isPublic
        ? await authentication.identify(req).catch(() => null)
        : await authentication.authenticate(req);
      if (!isPublic) gatePasswordChange(endpoint, res.locals.principal);
      next();
    },
    readRaw,
    async (req: Request, res: Response) => {
      if (consumes === null) req.body = parseBody(req.body);
      const { params, query } = req;
      const input = readInput(consumes === null ? req : { params, query }) as InputOf<E>;
      admit?.(input, res.locals.address);
      await serve(api.services, { endpoint, handler, writeBody }, input, req, res);
    },
  );
}

/** Whole objects pass here: integers beyond 2^53 keep their digits. No body, or an empty one, is none. */
function parseBody(text: unknown): unknown {
  if (typeof text !== 'string') return undefined;
  if (text === '') return {};
  if (isTooDeep(text)) throw new AppError('malformedJson', { reason: 'it is nested too deeply' });
  try {
    return parseExactJson(text);
  } catch (error) {
    throw new AppError('malformedJson', { reason: error instanceof Error ? error.message : '' });
  }
}

/** Deeper than any object; what is read must be written again, and that takes a stack. */
const mostDepth = 500;

function isTooDeep(text: string): boolean {
  if (text.length <= mostDepth) return false;
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const sign = text[at];
    if (sign === '"')
      for (at += 1; at < text.length && text[at] !== '"'; at++) at += text[at] === '\\' ? 1 : 0;
    else if (sign === '{' || sign === '[') depth += 1;
    else if (sign === '}' || sign === ']') depth -= 1;
    if (depth > mostDepth) return true;
  }
  return false;
}

interface Mounted<E extends Endpoint> {
  endpoint: E;
  handler: Handler<E>;
  writeBody: ReturnType<typeof bodyWriter>;
}

async function serve<E extends Endpoint>(
  { authoriser, audit }: ApiServices,
  { endpoint, handler, writeBody }: Mounted<E>,
  input: InputOf<E>,
  req: Request,
  res: Response,
): Promise<void> {
  const principal: Principal | null = res.locals.principal;
  const { requestId, address } = res.locals;
  const intent = endpoint.audit && { ...intentOf(endpoint.audit, input), principal, address, requestId };
  const scope = await authorise(authoriser, endpoint, input, principal).catch(async (error: unknown) => {
    if (intent) await audit.record(intent, outcomeOf(error));
    throw error;
  });

  const auditId = newId();
  const entry =
    intent &&
    (endpoint.audit?.onlyFailures
      ? lateEntry(audit, { ...intent, auditId })
      : await audit.begin({ ...intent, auditId }));
  let note: AuditNote = {};
  const gone = new AbortController();
  res.on('close', () => gone.abort());
  try {
    const value = await handler({
      ...input,
      principal,
      scope,
      requestId,
      auditId,
      address,
      signal: gone.signal,
      noteAudit: (more: AuditNote) => {
        note = { ...note, ...more, params: { ...note.params, ...more.params } };
      },
      req,
      res,
    } as unknown as Call<E>);
    const body = writeBody(value);
    await entry?.end({ outcome: 'succeeded', status: endpoint.status, ...note });
    if (endpoint.produces !== 'stream') answer(endpoint, body, res);
  } catch (error) {
    await entry?.end({ ...note, ...outcomeOf(error) });
    throw error;
  }
}

async function authorise(
  authoriser: Authoriser,
  { permission, sessionOnly }: Endpoint,
  input: EndpointInput<unknown, unknown, unknown>,
  principal: Principal | null,
): Promise<Scope> {
  if (sessionOnly && principal?.token !== undefined) throw new AppError('sessionRequired');
  if (typeof permission === 'string' || principal === null) return 'all';
  return authoriser.require(principal, permission(input as never));
}

function gatePasswordChange({ path }: Endpoint, principal: Principal): void {
  if (principal.mustChangePassword && !path.startsWith('/auth/'))
    throw new AppError('passwordChangeRequired');
}

function intentOf(
  rule: NonNullable<Endpoint['audit']>,
  input: EndpointInput<unknown, unknown, unknown>,
): Pick<AuditIntent, 'code' | 'target' | 'params'> {
  return {
    code: rule.code,
    target: rule.target(input as never),
    ...(rule.params && { params: rule.params(input as never) }),
  };
}

/** An entry that becomes a row only when the call goes wrong. */
function lateEntry(audit: AuditLog, intent: AuditIntent & { auditId: string }): AuditEntry {
  return {
    auditId: intent.auditId,
    end: async (outcome) => {
      if (outcome.outcome !== 'succeeded') await audit.record(intent, outcome);
    },
  };
}

/** How an error reads in the audit log. */
export function outcomeOf(error: unknown): AuditOutcome {
  const { code, status, params, details } = toAppError(error);
  return {
    outcome: status === 401 || status === 403 ? 'refused' : 'failed',
    status,
    reason: code,
    reasonParams: params,
    ...(details.clusterCode !== undefined && { clusterStatus: details.clusterCode }),
  };
}

function answer(endpoint: Endpoint, body: string | Buffer | undefined, res: Response): void {
  res.status(endpoint.status);
  if (body === undefined) res.end();
  else res.type(endpoint.produces === 'text' ? 'text/plain' : 'json').send(body);
}

function expressPath(path: string): string {
  return path.replace(/\{(\w+)\}/g, ':$1');
}
