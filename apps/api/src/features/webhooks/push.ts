import type { IncomingHttpHeaders } from 'node:http';
import { z } from 'zod';
import { AppError } from '../../http/app-error.ts';
import type { Sender } from './signature.ts';

/** What a payload says, as far as rules go by it. */
export interface Push {
  /** As the sender calls it. */
  event: string;
  repository: string;
  isFork: boolean;
  /** Null: it is about no branch or tag, or says nothing that another event does not say better. */
  kind: 'branch' | 'tag' | null;
  ref: string;
  isDeleted: boolean;
  commit: string | null;
  /** RFC 3339, UTC. */
  committedAt: string | null;
  /** The commit that was there before; null where nothing was. */
  before: string | null;
}

const eventHeaders: Record<Sender, string> = {
  github: 'x-github-event',
  gitea: 'x-gitea-event',
  gitlab: 'x-gitlab-event',
  generic: 'x-pilothouse-event',
};

/** What the sender says that happened; empty where it does not say. */
export function eventOf(sender: Sender, headers: IncomingHttpHeaders): string {
  const event = headers[eventHeaders[sender]];
  return typeof event === 'string' ? event.slice(0, 64) : '';
}

const sha = z.string().regex(/^[0-9a-f]{7,64}$/);
const ref = z.string().min(1).max(300);
const commit = z.looseObject({ id: sha, timestamp: z.iso.datetime({ offset: true }) });
const repository = z.looseObject({ full_name: z.string().max(300), fork: z.boolean().default(false) });

/** GitHub's and Gitea's push; Gitea's has no `deleted`. */
const pushPayload = z.looseObject({
  ref,
  before: sha,
  after: sha,
  deleted: z.boolean().optional(),
  head_commit: commit.nullish(),
  repository,
});
/** GitHub's and Gitea's delete: the name alone, and what it was of. */
const deletePayload = z.looseObject({ ref, ref_type: z.string(), repository });
const gitlabPayload = z.looseObject({
  object_kind: z.string(),
  ref,
  before: sha,
  after: sha,
  checkout_sha: sha.nullish(),
  commits: z.array(commit).default([]),
  project: z.looseObject({ path_with_namespace: z.string().max(300) }),
});
const genericPayload = z.strictObject({
  ref,
  commit: sha.nullable().default(null),
  committedAt: z.iso.datetime({ offset: true }).nullable().default(null),
  before: sha.nullable().default(null),
  deleted: z.boolean().default(false),
  repository: z.string().max(300).default(''),
  fork: z.boolean().default(false),
});

/** Reads a payload. Throws `payloadUnreadable` or `payloadFieldUnreadable`. */
export function readPush(sender: Sender, event: string, text: string): Push {
  const payload = jsonOf(text);
  switch (sender) {
    case 'github':
    case 'gitea':
      return readGithub(event === '' ? guessed(payload) : event, payload);
    case 'gitlab':
      return readGitlab(event, payload);
    case 'generic':
      return readGeneric(event, payload);
  }
}

function readGithub(event: string, payload: object): Push {
  if (event === 'delete') {
    const { ref: name, ref_type: kind, repository: of } = parse(deletePayload, payload);
    const isRef = kind === 'branch' || kind === 'tag';
    return { ...nothing(event), ...ofRepository(of), kind: isRef ? kind : null, ref: name, isDeleted: true };
  }
  // a created branch is pushed as well, and only the push has the commit
  if (event !== 'push') return nothing(event);
  const push = parse(pushPayload, payload);
  const isDeleted = push.deleted === true || isZero(push.after);
  return {
    event,
    ...ofRepository(push.repository),
    ...named(push.ref),
    isDeleted,
    // of an annotated tag `after` is the tag's own
    commit: isDeleted ? null : (push.head_commit?.id ?? push.after),
    committedAt: isDeleted ? null : utc(push.head_commit?.timestamp),
    before: isZero(push.before) ? null : push.before,
  };
}

function readGitlab(event: string, payload: object): Push {
  const kind = 'object_kind' in payload ? String(payload.object_kind) : '';
  if (kind !== 'push' && kind !== 'tag_push') return nothing(event || kind.slice(0, 64));
  const push = parse(gitlabPayload, payload);
  const isDeleted = isZero(push.after);
  const head = push.checkout_sha ?? push.after;
  return {
    event: event || kind,
    repository: push.project.path_with_namespace,
    isFork: false,
    ...named(push.ref),
    isDeleted,
    commit: isDeleted ? null : head,
    committedAt: isDeleted ? null : utc(push.commits.find(({ id }) => id === head)?.timestamp),
    before: isZero(push.before) ? null : push.before,
  };
}

function readGeneric(event: string, payload: object): Push {
  const { deleted, fork, committedAt, ...push } = parse(genericPayload, payload);
  return {
    event,
    ...push,
    ...named(push.ref),
    isFork: fork,
    isDeleted: deleted,
    committedAt: utc(committedAt),
  };
}

function nothing(event: string): Push {
  return {
    event,
    repository: '',
    isFork: false,
    kind: null,
    ref: '',
    isDeleted: false,
    commit: null,
    committedAt: null,
    before: null,
  };
}

/** A pasted payload has no header: what it looks like. */
function guessed(payload: object): string {
  if ('after' in payload) return 'push';
  if ('master_branch' in payload) return 'create';
  return 'ref_type' in payload ? 'delete' : '';
}

function named(full: string): Pick<Push, 'kind' | 'ref'> {
  const [, kind, name = full] = /^refs\/(heads|tags)\/(.+)$/.exec(full) ?? [];
  return { kind: kind === undefined ? null : kind === 'heads' ? 'branch' : 'tag', ref: name };
}

function ofRepository({ full_name, fork }: z.output<typeof repository>) {
  return { repository: full_name, isFork: fork };
}

function isZero(commitSha: string): boolean {
  return /^0+$/.test(commitSha);
}

function utc(at: string | null | undefined): string | null {
  return at === null || at === undefined ? null : new Date(at).toISOString();
}

function parse<S extends z.ZodType>(schema: S, payload: object): z.output<S> {
  const result = schema.safeParse(payload);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new AppError('payloadFieldUnreadable', problemOf(issue as z.core.$ZodIssue, payload));
}

/** Which field of a payload it is, and in a word what is wrong with it. */
function problemOf(issue: z.core.$ZodIssue, payload: object): { field: string; reason: string } {
  const field = issue.path.join('.');
  if (issue.code === 'unrecognized_keys')
    return { field: [...issue.path, issue.keys[0] ?? ''].join('.').slice(0, 100), reason: 'unknownField' };
  const found = issue.path.reduce<unknown>(
    (at, key) => (at as Record<PropertyKey, unknown> | null)?.[key],
    payload,
  );
  return { field, reason: found === undefined ? 'missingField' : 'otherForm' };
}

function jsonOf(text: string): object {
  let payload: unknown;
  try {
    payload = JSON.parse(text);
  } catch (cause) {
    throw new AppError('payloadUnreadable', { reason: 'notJson' }, undefined, { cause });
  }
  if (typeof payload !== 'object' || payload === null || Array.isArray(payload))
    throw new AppError('payloadUnreadable', { reason: 'notObject' });
  return payload;
}
