import type {
  Completion,
  CompletionContext,
  CompletionResult,
  CompletionSource,
} from '@codemirror/autocomplete';
import { schemaAt, type SchemaNode } from '@pilothouse/kinds';
import { fieldInfo, type FieldTexts } from './field-info.ts';
import { yamlContextAt, type YamlContext } from './yaml-context.ts';
import type { SchemaLookup } from './yaml-findings.ts';

/** Fields and values at a place, from the cluster's own schema of the document's kind. */
export function completeYaml(schemas: SchemaLookup, texts: () => FieldTexts): CompletionSource {
  return async (context: CompletionContext): Promise<CompletionResult | null> => {
    const { doc } = context.state;
    const line = doc.lineAt(context.pos);
    const place = yamlContextAt(doc, line.number, context.pos - line.from);
    if (place === null) return null;
    // an empty word is completed when asked, a value also by itself
    if (place.word === '' && !context.explicit && place.at === 'key') return null;
    const root = await schemas(place.apiVersion, place.kind);
    const options = root === null ? headOptions(place) : optionsOf(root, place, texts());
    if (options.length === 0) return null;
    return { from: line.from + place.from, to: line.from + place.to, options, validFor: /^[\w./-]*$/ };
  };
}

function headOptions(place: YamlContext): Completion[] {
  if (place.at !== 'key' || place.path.length > 0) return [];
  return ['apiVersion', 'kind', 'metadata', 'spec']
    .filter((name) => !place.siblings.includes(name))
    .map((name) => ({ label: name, type: 'property', apply: `${name}: ` }));
}

function optionsOf(root: SchemaNode, place: YamlContext, texts: FieldTexts): Completion[] {
  const node = schemaAt(root, place.path);
  if (node === null) return [];
  return place.at === 'key' ? fieldOptions(node, place, texts) : valueOptions(node);
}

function fieldOptions(node: SchemaNode, place: YamlContext, texts: FieldTexts): Completion[] {
  const { required } = node;
  return node.fieldNames
    .filter((name) => !place.siblings.includes(name))
    .map((name) => {
      const field = node.field(name);
      const isRequired = required.includes(name);
      return {
        label: name,
        type: 'property',
        boost: isRequired ? 1 : 0,
        ...(field === null
          ? {}
          : {
              detail: texts.type(field),
              info: () => fieldInfo({ node: field, isRequired }, texts),
              apply: `${name}:${startOf(field, place.from)}`,
            }),
      };
    });
}

/** What follows the colon: a blank, or the place where the first field or item is typed. */
function startOf(field: SchemaNode, column: number): string {
  if (field.type === 'array') return `\n${' '.repeat(column)}- `;
  return field.type === 'object' ? `\n${' '.repeat(column + 2)}` : ' ';
}

function valueOptions(node: SchemaNode): Completion[] {
  const values = node.type === 'boolean' ? [true, false] : node.enum.filter((value) => value !== '');
  return values.map((value) => ({
    label: String(value),
    type: node.type === 'boolean' ? 'keyword' : 'enum',
    boost: value === node.default ? 1 : 0,
  }));
}
