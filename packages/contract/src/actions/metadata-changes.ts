import { z } from 'zod';

const dnsPrefix = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const keyName = /^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/;

/** Whether a text is a qualified name: `apimachinery/pkg/util/validation.IsQualifiedName`. */
export function isQualifiedName(key: string): boolean {
  const parts = key.split('/');
  const name = parts.pop() ?? '';
  if (parts.length > 1) return false;
  const [prefix] = parts;
  if (prefix !== undefined && (prefix.length > 253 || !dnsPrefix.test(prefix))) return false;
  return name.length <= 63 && keyName.test(name);
}

/** Whether a text may be the value of a label; empty ones may. */
export function isLabelValue(value: string): boolean {
  return value === '' || (value.length <= 63 && keyName.test(value));
}

export const qualifiedName = z.string().max(317).refine(isQualifiedName, 'qualifiedName');
export const labelValue = z.string().refine(isLabelValue, 'labelValue');

const removed = z.array(qualifiedName).max(500).default([]);

/** What `kubectl label` and `kubectl annotate` are told: keys to set, keys to remove, whether others' values may go. */
export function metadataChanges(value: z.ZodType<string>) {
  return z
    .strictObject({
      set: z.record(qualifiedName, value).default({}),
      remove: removed,
      /** Without it a key that has another value already is refused. */
      overwrite: z.boolean().default(false),
    })
    .refine(({ set, remove }) => Object.keys(set).length + remove.length > 0, 'nothingToDo')
    .refine(({ set, remove }) => remove.every((key) => !(key in set)), 'setAndRemoved');
}

/** The audit row's words: keys only, since annotations may hold anything. */
export function auditedKeys({ set, remove }: { set: Record<string, string>; remove: string[] }) {
  return {
    set: Object.keys(set).join(', ').slice(0, 1000),
    remove: remove.join(', ').slice(0, 1000),
  };
}
