import { z } from 'zod';
import { dnsLabel, timestamp } from '../common.ts';
import { defineEndpoint } from '../endpoint.ts';
import { probeReason } from './clusters.ts';

/** Hours that the history of probes goes back. */
export const probeHistoryHours = 24;

export const clusterProbesEndpoints = {
  getProbeHistory: defineEndpoint({
    id: 'clusters.probes',
    method: 'GET',
    path: '/clusters/{cluster}/probes',
    summary: 'What probes of a cluster found in the last 24 hours, a line a minute',
    params: z.strictObject({ cluster: dnsLabel }),
    response: z.object({
      from: timestamp,
      to: timestamp,
      /**
       * Of each minute with a probe: its beginning in seconds since 1970, the latency in milliseconds, and why it failed;
       * the first that failed, else the first. Minutes without a line were not probed: nobody ran.
       */
      minutes: z.array(z.tuple([z.number().int(), z.number().nullable(), probeReason.nullable()])),
    }),
    // how a cluster does is told to everybody who sees it
    permission: ({ params }) => [
      {
        domain: { kind: 'cluster', cluster: params.cluster },
        object: '/clusters/{cluster}',
        action: 'GET',
        match: 'entry',
      },
    ],
  }),
};
