/**
 * Writes fixtures/open-api/<name>.json: what a real cluster says of some kinds in its OpenAPI documents, without prose.
 *
 *     node packages/kinds/scripts/record-open-api.ts apps-v1 Deployment < document.json
 *
 * where the document is `kubectl get --raw /openapi/v3/apis/apps/v1`.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

const [name = '', ...kinds] = process.argv.slice(2);
const document = JSON.parse(readFileSync(0, 'utf8')) as {
  components: { schemas: Record<string, { [key: string]: Json }> };
};
const { schemas } = document.components;

function withoutProse(schema: Json): Json {
  if (Array.isArray(schema)) return schema.map(withoutProse);
  if (schema === null || typeof schema !== 'object') return schema;
  return Object.fromEntries(
    Object.entries(schema)
      .filter(([key, value]) => !(key === 'description' && typeof value === 'string'))
      .map(([key, value]) => [key, withoutProse(value)]),
  );
}

const wanted = new Set<string>();
const queue = Object.entries(schemas)
  .filter(([, schema]) =>
    ((schema['x-kubernetes-group-version-kind'] ?? []) as { kind: string }[]).some(({ kind }) =>
      kinds.includes(kind),
    ),
  )
  .map(([schema]) => schema);
for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
  if (wanted.has(next)) continue;
  wanted.add(next);
  for (const reference of JSON.stringify(schemas[next]).matchAll(/"#\/components\/schemas\/([^"]+)"/g))
    queue.push(reference[1] as string);
}
const kept = Object.fromEntries(
  [...wanted].toSorted().map((schema) => [schema, withoutProse(schemas[schema] ?? null)]),
);
const folder = path.join(import.meta.dirname, '../fixtures/open-api');
mkdirSync(folder, { recursive: true });
writeFileSync(path.join(folder, `${name}.json`), `${JSON.stringify({ components: { schemas: kept } })}\n`);
