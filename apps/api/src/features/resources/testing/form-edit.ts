import {
  mergePatch,
  ObjectDocument,
  valueAt,
  withoutServerFields,
  writeKubectlYaml,
  type EditableObject,
} from '@pilothouse/kinds';
import type { TestAnswer, TestClient } from '../../../testing/test-client.ts';

/** An object as a form's fields edit it: by path, in a YAML text. */
export function editable(object: object): EditableObject & { object: () => object } {
  const document = ObjectDocument.read(writeKubectlYaml(object));
  return {
    get: (path) => valueAt(document.value, path),
    set: (path, value) => document.set(path, value),
    remove: (path) => document.remove(path),
    object: () => document.value as object,
  };
}

/** Reads an object, edits it, and sends what changed, as the edit page does. */
export async function editAsForm(
  client: TestClient,
  path: string,
  edit: (draft: EditableObject, object: object) => void,
): Promise<TestAnswer> {
  const { object } = (await client.get(path)).body;
  const before = withoutServerFields(object);
  const draft = editable(before);
  edit(draft, before);
  const { resourceVersion, uid } = object.metadata;
  const patch = mergePatch(before, draft.object());
  return client.patch(path, { type: 'merge', patch, resourceVersion, uid });
}
