import { mount } from '@vue/test-utils';
import { expect, test } from 'vitest';
import { createI18n } from 'vue-i18n';
import { ApiError } from '../api/api-error.ts';
import { messages } from '../app/i18n/en-US/index.ts';
import ErrorAlert from './ErrorAlert.vue';

function shown(code: 'clusterInvalid' | 'clusterForbidden', status: number, message: string): string {
  const clusterStatus = { kind: 'Status', message, details: { causes: [{ message }] } };
  const error = new ApiError(status, { code, message, params: { message }, status: clusterStatus } as never);
  const i18n = createI18n({ legacy: false, locale: 'en-US', messages: { 'en-US': messages } });
  return mount(ErrorAlert, { props: { error }, global: { plugins: [i18n] } }).text();
}

const policy =
  "deployments.apps \"web\" is forbidden: ValidatingAdmissionPolicy 'few' with binding 'few' denied request: at most 9";
const quota = 'pods "web" is forbidden: exceeded quota: q, requested: pods=1, used: pods=1, limited: pods=1';
const rbac = 'pods is forbidden: User "p" cannot create resource "pods" in API group "" in the namespace "a"';
const ending =
  'pods "web" is forbidden: unable to create new content in namespace a because it is being terminated';

test.each([
  ['clusterInvalid', 422, policy, 'A rule of the cluster refuses it'],
  ['clusterForbidden', 403, quota, 'A quota of the namespace leaves no room'],
  ['clusterForbidden', 403, rbac, 'The credential stored for this cluster lacks the right'],
] as const)('%s %i is shown as said, with what it means', (code, status, message, meaning) => {
  const text = shown(code, status, message);
  expect(text.split(message)).toHaveLength(2);
  expect(text).toContain(meaning);
});

test('a 403 that is not about rights does not blame the credential', () => {
  const text = shown('clusterForbidden', 403, ending);
  expect(text).toContain(ending);
  expect(text).not.toContain('credential');
});
