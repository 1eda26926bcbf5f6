import type { KubernetesObject } from '@pilothouse/kinds';
import { stringify } from 'yaml';

/**
 * An object as YAML in kubectl's order: apiVersion, kind, metadata, then the rest as sent. Strings that kubectl's
 * reader (YAML 1.1) would take for something else are quoted, so that the text can be applied again as it is.
 */
export function yamlOf(object: KubernetesObject, options: { withManagedFields: boolean }): string {
  const { apiVersion, kind, metadata, ...rest } = object as KubernetesObject & Record<string, unknown>;
  const { managedFields, ...shown } = (metadata ?? {}) as Record<string, unknown>;
  const withFields =
    options.withManagedFields && managedFields !== undefined ? { ...shown, managedFields } : shown;
  return stringify(
    { apiVersion, kind, metadata: withFields, ...rest },
    { version: '1.1', lineWidth: 0, aliasDuplicateObjects: false },
  );
}
