import {
  readKubectlYaml,
  writeKubectlYaml,
  type KubernetesObject,
  type MergeConflict,
} from '@pilothouse/kinds';

/** A value as it is read best: text as it is, everything else as YAML. undefined: it is not there. */
export function conflictText(value: unknown): string {
  if (value === undefined) return '';
  return typeof value === 'string' ? value : writeKubectlYaml(value as KubernetesObject).replace(/\n$/, '');
}

/** Whether a place holds text on both sides: then what is typed for it is text too, whatever it looks like. */
const isText = ({ theirs, mine }: MergeConflict) =>
  [theirs, mine].every((side) => side === undefined || typeof side === 'string');

/** What somebody typed for a conflicting place, as a value. Throws `KubectlYamlError`. Nothing typed takes it away. */
export function typedValue(conflict: MergeConflict, text: string): unknown {
  if (text === '') return undefined;
  return isText(conflict) ? text : readKubectlYaml(text, { maxBytes: 8 * 1024 * 1024 })[0];
}
