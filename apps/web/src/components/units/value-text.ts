import { isRecord, writeKubectlYaml } from '@pilothouse/kinds';

/** A value of a spec to be read: a text as it is, a list of texts in one line, anything else as YAML. */
export function valueText(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value !== 'object') return String(value);
  if (Array.isArray(value) && value.every((item) => typeof item === 'string'))
    return value.map((item) => (/^[^\s"']+$/.test(item) ? item : JSON.stringify(item))).join(' ');
  if (isRecord(value) && Object.keys(value).join() === 'name,value') return String(value['value']);
  return writeKubectlYaml(value as never).trimEnd();
}
