import { z } from 'zod';
import { dnsLabel, objectName, timestamp, uuid } from '../common.ts';
import { defineEndpoint, type Requirement } from '../endpoint.ts';
import { podRight, through } from './streams.ts';

/** A port of a Pod. */
const podPort = z.strictObject({
  cluster: dnsLabel,
  namespace: dnsLabel,
  pod: objectName,
  port: z.number().int().min(1).max(65_535),
  through,
});
export type PodPort = z.output<typeof podPort>;

const portForward = z.object({
  id: uuid,
  cluster: z.string(),
  namespace: z.string(),
  pod: z.string(),
  port: z.number().int(),
  createdAt: timestamp,
});

/** What a forward needs, when it is opened and for as long as it is: a write, as in Kubernetes. */
export function portForwardRequirements(request: Omit<PodPort, 'pod' | 'port'>): Requirement[] {
  return [podRight(request, 'create', 'portforward')];
}

/** What a forward is to, as the audit names it. */
export function portForwardTarget({
  cluster,
  namespace,
  pod,
}: Pick<PodPort, 'cluster' | 'namespace' | 'pod'>) {
  return { cluster, namespace, resource: 'k8s/core/pods/portforward', name: pod };
}

/** Where a browser enters a forward: an address on the forward's own host name, good once, for 30 s. */
const entry = { url: z.string() };
const one = z.strictObject({ forward: uuid });
const targetOfOne = ({ params }: { params: { forward: string } }) => ({
  resource: 'portForward',
  name: params.forward,
});

export const portForwardEndpoints = {
  openPortForward: defineEndpoint({
    id: 'portForwards.open',
    method: 'POST',
    path: '/port-forwards',
    summary: 'Open a port of a Pod to the caller’s browser, under a host name of its own',
    body: podPort,
    response: portForward.extend(entry),
    status: 201,
    permission: ({ body }) => portForwardRequirements(body),
    audit: {
      code: 'portForward.open',
      target: ({ body }) => portForwardTarget(body),
      params: ({ body }) => ({ port: body.port }),
    },
  }),
  listPortForwards: defineEndpoint({
    id: 'portForwards.list',
    method: 'GET',
    path: '/port-forwards',
    summary: 'The caller’s open port forwards',
    response: z.object({ forwards: z.array(portForward) }),
    permission: 'session',
  }),
  enterPortForward: defineEndpoint({
    id: 'portForwards.enter',
    method: 'POST',
    path: '/port-forwards/{forward}/entry',
    summary: 'An address by which the caller’s browser enters one of their forwards',
    params: one,
    response: z.object(entry),
    status: 201,
    permission: 'session',
    audit: { code: 'portForward.enter', target: targetOfOne, onlyFailures: true },
  }),
  stopPortForward: defineEndpoint({
    id: 'portForwards.stop',
    method: 'DELETE',
    path: '/port-forwards/{forward}',
    summary: 'Stop one of the caller’s port forwards',
    params: one,
    permission: 'session',
    audit: { code: 'portForward.stop', target: targetOfOne },
  }),
};
