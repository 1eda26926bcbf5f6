import type { SchemaNode } from '@pilothouse/kinds';

/** Words of a field's description, in the reader's language. */
export interface FieldTexts {
  type(node: SchemaNode): string;
  required: string;
  default(value: string): string;
  allowed(values: string): string;
  none: string;
}

export interface DescribedField {
  node: SchemaNode;
  isRequired: boolean;
  name?: string;
}

/** What a schema says of a field, as text: whoever wrote a CRD wrote it. */
export function fieldInfo({ node, isRequired, name }: DescribedField, texts: FieldTexts): HTMLElement {
  const info = document.createElement('div');
  info.className = 'ph-field-info';
  const line = (className: string, text: string) => {
    const element = document.createElement('div');
    element.className = className;
    element.textContent = text;
    info.append(element);
  };
  const facts = [texts.type(node), ...(isRequired ? [texts.required] : [])].join(' · ');
  line('ph-field-facts', name === undefined ? facts : `${name}: ${facts}`);
  line('ph-field-text', node.description === '' ? texts.none : node.description);
  if (node.default !== undefined && !isEmptyObject(node.default))
    line('ph-field-facts', texts.default(JSON.stringify(node.default)));
  if (node.enum.length > 0) line('ph-field-facts', texts.allowed(node.enum.join(', ')));
  return info;
}

function isEmptyObject(value: unknown): boolean {
  return value === '' || (typeof value === 'object' && value !== null && Object.keys(value).length === 0);
}
