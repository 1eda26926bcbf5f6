import type { KubernetesObject, Secret, Service } from '@pilothouse/kinds';
import { expect, test } from 'vitest';
import { renderShared } from './render-shared.ts';
import { application, applicationId } from './testing/inputs.ts';

const render = (spec: unknown, secrets: Record<string, string> = {}): KubernetesObject[] =>
  renderShared({
    application: { id: applicationId, name: 'cart' },
    path: 'acme.games.shop.cart',
    project: 'shop',
    namespace: 'shop-test',
    spec: application(spec),
    secrets,
    registries: [],
  });

const over = (whom: string) => ({
  container: { ports: [{ name: 'http', containerPort: 8080 }] },
  service: { type: 'ClusterIP', over: whom },
  ingress: { rules: [{ host: 'cart.example.com', port: 'http' }] },
});

test('a Service over all instances finds them by their application alone, and the Ingress goes to it', () => {
  const [service, ingress, ...others] = render(over('application')) as [Service, KubernetesObject];
  expect(service.metadata?.name).toBe('cart');
  expect(service.spec?.selector).toEqual({ 'pilothouse.io/application': applicationId });
  expect(ingress.kind).toBe('Ingress');
  expect(others).toEqual([]);
});

test('where each instance has its own, nothing is shared but secrets', () => {
  expect(render(over('instance'))).toEqual([]);
  const [secret] = render(over('instance'), { TOKEN: 'ü', ID: '' }) as [Secret];
  expect(secret).toMatchObject({ kind: 'Secret', type: 'Opaque', data: { ID: '', TOKEN: 'w7w=' } });
  expect(secret.metadata?.name).toBe(`app-secrets-${applicationId}`);
});

test('a long secret is whole', () => {
  const value = '密码🚢'.repeat(5000);
  const [secret] = render({}, { LONG: value }) as [Secret];
  expect(Buffer.from(secret.data?.['LONG'] ?? '', 'base64').toString()).toBe(value);
});
