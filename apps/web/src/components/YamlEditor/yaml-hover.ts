import { hoverTooltip, type Tooltip } from '@codemirror/view';
import { schemaAt } from '@pilothouse/kinds';
import { fieldInfo, type FieldTexts } from './field-info.ts';
import { yamlContextAt } from './yaml-context.ts';
import type { SchemaLookup } from './yaml-findings.ts';

/** Over a key or its value: what the cluster's schema says of the field. */
export function hoverYaml(schemas: SchemaLookup, texts: () => FieldTexts) {
  return hoverTooltip(async (view, pos): Promise<Tooltip | null> => {
    const line = view.state.doc.lineAt(pos);
    const place = yamlContextAt(view.state.doc, line.number, pos - line.from);
    if (place === null || place.word === '') return null;
    const root = await schemas(place.apiVersion, place.kind);
    if (root === null) return null;
    const path = place.at === 'key' ? [...place.path, place.word.replaceAll(/^["']|["']$/g, '')] : place.path;
    const node = schemaAt(root, path);
    const name = path.at(-1);
    if (node === null || typeof name !== 'string') return null;
    const isRequired = schemaAt(root, path.slice(0, -1))?.required.includes(name) ?? false;
    return {
      pos: line.from + place.from,
      end: line.from + place.to,
      above: true,
      create: () => ({ dom: fieldInfo({ node, isRequired, name }, texts()) }),
    };
  });
}
