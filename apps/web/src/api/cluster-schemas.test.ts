import { endpoints } from '@pilothouse/contract';
import { afterEach, expect, test, vi } from 'vitest';
import { h } from 'vue';
import { answer, calls, forget } from '../app/testing/fake-api.ts';
import { mountPage } from '../app/testing/mount-page.ts';
import { useClusterSchemas } from './cluster-schemas.ts';

vi.mock('./call.ts', () => import('../app/testing/fake-api.ts'));
vi.mock('./live.ts', () => import('../app/testing/fake-api.ts'));
afterEach(forget);

const documentOf = (kind: string) =>
  JSON.stringify({
    components: {
      schemas: {
        Any: {
          type: 'object',
          'x-kubernetes-group-version-kind': [{ group: 'a.example', version: 'v1', kind }],
        },
      },
    },
  });

test('what is not served has no schema yet: it is asked for again, what is served is not', async () => {
  let find: ReturnType<typeof useClusterSchemas> | undefined;
  const page = {
    setup() {
      find = useClusterSchemas('demo');
      return () => h('i');
    },
  };
  answer(endpoints.getClusterOpenApi, () => '{}');
  await mountPage(page);
  expect(await find?.('a.example/v1', 'Any')).toBeNull();
  answer(endpoints.getClusterOpenApi, () => documentOf('Any'));
  expect(await find?.('a.example/v1', 'Any')).not.toBeNull();
  expect(await find?.('a.example/v1', 'Other')).toBeNull();
  expect(calls.filter(({ endpoint }) => endpoint === endpoints.getClusterOpenApi.id)).toHaveLength(2);
});
