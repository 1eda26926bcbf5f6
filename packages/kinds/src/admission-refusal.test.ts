import { expect, test } from 'vitest';
import { admissionRefusal } from './admission-refusal.ts';

test.each([
  ['pods "a" is forbidden: exceeded quota: q, requested: pods=1, used: pods=1, limited: pods=1', 'quota'],
  ['pods "a" is forbidden: failed quota: q: must specify limits.cpu for: c', 'quota'],
  [
    "deployments.apps \"web\" is forbidden: ValidatingAdmissionPolicy 'few' with binding 'few' denied request: at most 9",
    'admission',
  ],
  ['admission webhook "v.example.com" denied the request: no', 'admission'],
  ['pods "a" is forbidden: violates PodSecurity "restricted:latest": runAsNonRoot != true', 'admission'],
  ['pods "a" is forbidden: maximum cpu usage per Container is 1, but limit is 2', 'admission'],
  ['pods is forbidden: User "x" cannot create resource "pods" in API group "" in the namespace "a"', null],
  ['Deployment.apps "web" is invalid: spec.replicas: Invalid value: -1', null],
])('%s', (message, refusal) => {
  expect(admissionRefusal(message)).toBe(refusal);
});
