import { defineScalarTag, dump, DUMP_SCHEMA, visit, type Document, type ScalarTagDefinition } from 'js-yaml';
import { ExactInteger, exactInteger } from '../exact/exact-integer.ts';
import type { KubernetesObject } from '../kind.ts';
import { compareKeys } from './compare-keys.ts';
import { chooseStyle } from './scalar-style.ts';

const isInteger = (value: unknown): value is number | ExactInteger =>
  value instanceof ExactInteger ||
  (Number.isInteger(value) && exactInteger(BigInt(value as number)) !== null);

/** As Go's `FormatFloat(value, 'g', -1, 64)`: exponents from 1e-05 down and from 1e+06 up. */
function floatText(value: number): string {
  // unsigned 64 bits: all digits, as in JSON
  if (Number.isInteger(value) && value > 0 && value < 2 ** 64) return String(value);
  const [digits = '', exponent = '0'] = value.toExponential().split('e');
  const power = Number(exponent);
  if (power >= -4 && power < 6) return String(value);
  return `${digits}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
}

const known = (tagName: string) =>
  DUMP_SCHEMA.tags.find(
    (tag): tag is ScalarTagDefinition => tag.nodeKind === 'scalar' && tag.tagName === tagName,
  ) as ScalarTagDefinition;

/** js-yaml's own schema for writing (quotes whatever any reader may misread), with Kubernetes' numbers. */
const schema = DUMP_SCHEMA.withTags(
  defineScalarTag('tag:yaml.org,2002:int', {
    ...known('tag:yaml.org,2002:int'),
    identify: isInteger,
    represent: (value) => String(value instanceof ExactInteger ? value : BigInt(value as number)),
  }),
  defineScalarTag('tag:yaml.org,2002:float', {
    ...known('tag:yaml.org,2002:float'),
    identify: (value) => Number.isFinite(value) && !isInteger(value),
    represent: (value) => floatText(value as number),
  }),
  // half a surrogate pair cannot be written in UTF-8, and go-yaml refuses its escape
  defineScalarTag('tag:yaml.org,2002:str', {
    ...known('tag:yaml.org,2002:str'),
    represent: (value) => (value as string).toWellFormed(),
  }),
);

function sortKeys(documents: Document[]): void {
  visit(documents, (node) => {
    if (node.kind !== 'mapping') return;
    node.items.sort((a, b) =>
      a.key.kind === 'scalar' && b.key.kind === 'scalar' ? compareKeys(a.key.value, b.key.value) : 0,
    );
  });
}

function withoutManagedFields(object: KubernetesObject): KubernetesObject {
  if (object.metadata?.managedFields === undefined) return object;
  const { managedFields: _left, ...metadata } = object.metadata;
  return { ...object, metadata };
}

export interface YamlWriting {
  /** `metadata.managedFields` as well (`kubectl get --show-managed-fields`). */
  managedFields?: boolean;
}

/**
 * An object as `kubectl get -o yaml` writes it, so that kubectl, and `readKubectlYaml`, read the same object back,
 * with every character and every digit (`ExactInteger`). Where kubectl's text is hard to read, ours is not: several
 * lines with tabs or emoji are written after `|`. Throws on what JSON cannot hold (functions, NaN); `undefined` is left out.
 */
export function writeKubectlYaml(object: KubernetesObject, options: YamlWriting = {}): string {
  const text = dump(options.managedFields === true ? object : withoutManagedFields(object), {
    schema,
    lineWidth: -1,
    noRefs: true,
    seqNoIndent: true,
    transform: sortKeys,
    scalarStyleRules: [chooseStyle],
  });
  // kubectl does not end the document after a text that keeps its last line breaks, and nobody needs it
  return text.replace(/\n\.\.\.\n$/, '\n');
}
