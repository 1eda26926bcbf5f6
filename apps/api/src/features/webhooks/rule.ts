import { createHash } from 'node:crypto';
import type { WebhookRule } from '@pilothouse/contract';
import type { Push } from './push.ts';

/** Of an instance. */
const longestName = 40;
/** Of an image's tag. */
const longestTag = 128;
const hashLength = 6;
const placeholder = /\{(\w+)\}/g;

/** Why a rule has nothing to do with a push; null: it has. */
export function passedOver(
  rule: WebhookRule,
  push: Push,
): 'notPush' | 'otherRepository' | 'fork' | 'noRule' | 'nothingToFillIn' | null {
  if (push.kind === null) return 'notPush';
  if (rule.repository !== '') {
    if (rule.repository.toLowerCase() !== push.repository.toLowerCase()) return 'otherRepository';
  } else if (push.isFork) return 'fork';
  const patterns = push.kind === 'branch' ? rule.branches : rule.tags;
  if (!patterns.some((pattern) => globMatches(pattern, push.ref))) return 'noRule';
  const values = valuesOf(push);
  const isEmpty = [...`${rule.name} ${rule.image}`.matchAll(placeholder)].some(
    ([, key = '']) => values[key] === '',
  );
  return isEmpty && !push.isDeleted ? 'nothingToFillIn' : null;
}

/** Whether the text is the pattern, in which `*` is any characters; in time that grows with both, whatever they are. */
export function globMatches(pattern: string, text: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  const last = rest.pop();
  if (last === undefined) return text === pattern;
  if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last))
    return false;
  let at = first.length;
  for (const part of rest) {
    at = text.indexOf(part, at);
    if (at === -1) return false;
    at += part.length;
  }
  return at <= text.length - last.length;
}

/**
 * The instance's name: the pattern filled in, as a DNS label. Where that had to change or cut anything, a hash of the ref
 * keeps two refs apart.
 */
export function instanceName({ name }: WebhookRule, push: Push): string {
  const filled = fill(name, push, (text) => text);
  const slug = filled
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '');
  if (slug === filled && slug !== '' && slug.length <= longestName) return slug;
  const hash = createHash('sha256').update(`${push.kind} ${filled}`).digest('hex').slice(0, hashLength);
  const kept = slug.slice(0, longestName - hashLength - 1).replace(/-+$/, '');
  return kept === '' ? `ref-${hash}` : `${kept}-${hash}`;
}

/** Whether each ref has an instance of its own: one that is named outright may be there already. */
export function isNamedByRef({ name }: WebhookRule): boolean {
  return name.includes('{');
}

/** The image: the pattern filled in with what a tag of an image may hold. */
export function instanceImage({ image }: WebhookRule, push: Push): string {
  return fill(image, push, (text) => text.replaceAll(/[^A-Za-z0-9_.-]+/g, '-').slice(0, longestTag));
}

function fill(pattern: string, push: Push, made: (text: string) => string): string {
  const values = valuesOf(push);
  return pattern.replaceAll(placeholder, (_all, key: string) => made(values[key] ?? ''));
}

function valuesOf({ kind, ref, commit }: Push): Record<string, string> {
  return {
    branch: kind === 'branch' ? ref : '',
    tag: kind === 'tag' ? ref : '',
    ref,
    sha: commit ?? '',
    shortSha: (commit ?? '').slice(0, 7),
  };
}
