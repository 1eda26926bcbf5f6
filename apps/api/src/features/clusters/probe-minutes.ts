import type { probeReason } from '@pilothouse/contract';
import type { z } from 'zod';

type Reason = z.output<typeof probeReason>;

/** What the probes of a minute found: the first that failed, else the first. */
export interface ProbeMinute {
  /** Of the minute's beginning. */
  at: Date;
  ok: boolean;
  reason: Reason | null;
  latencyMs: number | null;
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
/** State, and latency as a big-endian number. */
const bytesOfMinute = 3;
const [none, good, firstReason] = [0, 1, 2];
const noLatency = 0xffff;

/** What is stored is a place in this list: what is new comes last. */
export const storedReasons = [
  'dns',
  'refused',
  'timeout',
  'unreachable',
  'certificateExpired',
  'certificateNotYetValid',
  'certificateUnknownAuthority',
  'certificateWrongName',
  'tls',
  'unauthorized',
  'forbidden',
  'notAnApiserver',
  'addressForbidden',
  'serverError',
  'busy',
  'credentialUnreadable',
] as const satisfies Reason[];

/** The beginning of the hour that a moment is in. */
export const hourOf = (at: Date): Date => new Date(Math.floor(at.getTime() / hourMs) * hourMs);

/** The beginning of the minute that a moment is in, in milliseconds. */
export const minuteOf = (at: Date): number => Math.floor(at.getTime() / minuteMs) * minuteMs;

/** An hour's minutes with one probe more; the same object where they say as much already. */
export function withProbe(
  minutes: Uint8Array<ArrayBuffer> | null,
  { at, ok, reason, latencyMs }: ProbeMinute,
): Uint8Array<ArrayBuffer> {
  const before = minutes ?? new Uint8Array(bytesOfMinute * 60);
  const place = bytesOfMinute * ((minuteOf(at) - hourOf(at).getTime()) / minuteMs);
  const known = before[place] ?? none;
  if (known >= firstReason || (known === good && ok)) return before;
  const after = new Uint8Array(before);
  after[place] = ok ? good : firstReason + storedReasons.indexOf(reason ?? 'unreachable');
  const latency = latencyMs === null ? noLatency : Math.min(Math.round(latencyMs), noLatency - 1);
  new DataView(after.buffer).setUint16(place + 1, latency);
  return after;
}

/** The minutes of an hour in which there were probes, in their order. */
export function minutesOf(hour: Date, minutes: Uint8Array): ProbeMinute[] {
  const view = new DataView(minutes.buffer, minutes.byteOffset, minutes.byteLength);
  const found: ProbeMinute[] = [];
  for (let place = 0; place + bytesOfMinute <= minutes.length; place += bytesOfMinute) {
    const state = view.getUint8(place);
    if (state === none) continue;
    const latency = view.getUint16(place + 1);
    found.push({
      at: new Date(hour.getTime() + (place / bytesOfMinute) * minuteMs),
      ok: state === good,
      reason: state === good ? null : (storedReasons[state - firstReason] ?? 'unreachable'),
      latencyMs: latency === noLatency ? null : latency,
    });
  }
  return found;
}
