import type { LocationQuery, LocationQueryRaw } from 'vue-router';
import { logEncodings, type LogEncoding } from './log-encoding.ts';

/** What a reader chooses about a log; kept in the URL by the page. */
export interface LogOptions {
  previous: boolean;
  tailLines: number;
  /** Seconds back from now; null: the last `tailLines` lines instead. */
  sinceSeconds: number | null;
  timestamps: boolean;
  wrap: boolean;
  /** Each line begins with its pod's name, where there are several. */
  podNames: boolean;
  /** What the container writes in. */
  encoding: LogEncoding;
}

export const tailChoices = [100, 500, 1000, 5000, 20_000];
export const sinceChoices = [60, 300, 900, 3600, 21_600, 86_400];
const usualTail = 500;

export function readLogOptions(query: LocationQuery): LogOptions {
  const tail = Number(query.tail ?? usualTail);
  const since = Number(query.since);
  return {
    previous: query.previous === '1',
    tailLines: tailChoices.includes(tail) ? tail : usualTail,
    sinceSeconds: sinceChoices.includes(since) ? since : null,
    timestamps: query.timestamps === '1',
    wrap: query.wrap !== '0',
    podNames: query.podNames !== '0',
    encoding: logEncodings.find((name) => name === query.encoding) ?? 'utf-8',
  };
}

/** The URL's keys for these options; undefined takes a key out. */
export function writeLogOptions(options: LogOptions): LocationQueryRaw {
  return {
    previous: options.previous ? '1' : undefined,
    tail: options.tailLines === usualTail ? undefined : String(options.tailLines),
    since: options.sinceSeconds === null ? undefined : String(options.sinceSeconds),
    timestamps: options.timestamps ? '1' : undefined,
    wrap: options.wrap ? undefined : '0',
    podNames: options.podNames ? undefined : '0',
    encoding: options.encoding === 'utf-8' ? undefined : options.encoding,
  };
}
