/**
 * A CronJob's schedule as Kubernetes reads it: github.com/robfig/cron v3, `ParseStandard` and `SpecSchedule.Next`. Its
 * dialect is no other's (Sunday is 0 and never 7, no seconds, no L, W, #; `N/step` goes to the end; a step takes the star
 * away from a day), and so are its hours in which clocks are changed: a time that does not exist is left out, one that
 * comes twice counts twice.
 */
export type CronSchedule = CronTimes | { kind: 'every'; seconds: number };

interface CronTimes {
  kind: 'times';
  /** The same in five fields. */
  fields: string;
  minutes: number[];
  hours: number[];
  days: number[];
  months: number[];
  weekdays: number[];
  /** Day of month or of week is a star: both must hold, and not one of them. */
  bothDays: boolean;
}

/**
 * Why a schedule is none. `fields`: not five, but `found`. `field`: the `position`th (from 1) is not understood, or out of
 * its bounds `least` to `most`. `macro`: of none that are known. `timeZone`: it names one itself.
 */
export interface ScheduleProblem {
  code: 'fields' | 'field' | 'macro' | 'timeZone';
  params: Record<string, string | number>;
}

const macros: Record<string, string> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};

interface Bounds {
  least: number;
  most: number;
  names?: readonly string[];
}

const monthNames = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ');
const weekdayNames = 'sun mon tue wed thu fri sat'.split(' ');
const bounds: readonly Bounds[] = [
  { least: 0, most: 59 },
  { least: 0, most: 23 },
  { least: 1, most: 31 },
  { least: 1, most: 12, names: monthNames },
  { least: 0, most: 6, names: weekdayNames },
];

/** Reads a schedule, or says why it is none; white space around it counts as Kubernetes counts it. */
export function readSchedule(text: string): CronSchedule | ScheduleProblem {
  if (text.includes('TZ')) return { code: 'timeZone', params: {} };
  if (text.startsWith('@')) return readMacro(text);
  const parts = text.split(/\s+/).filter((part) => part !== '');
  if (parts.length !== 5) return { code: 'fields', params: { found: parts.length } };
  const read = parts.map((part, index) => readField(part, bounds[index] as Bounds));
  const wrong = read.indexOf(undefined);
  if (wrong >= 0) {
    const { least, most } = bounds[wrong] as Bounds;
    return { code: 'field', params: { position: wrong + 1, value: parts[wrong] ?? '', least, most } };
  }
  const [minutes, hours, days, months, weekdays] = read as [Field, Field, Field, Field, Field];
  return {
    kind: 'times',
    fields: parts.join(' '),
    minutes: minutes.values,
    hours: hours.values,
    days: days.values,
    months: months.values,
    weekdays: weekdays.values,
    bothDays: days.isStar || weekdays.isStar,
  };
}

export function isProblem(read: CronSchedule | ScheduleProblem): read is ScheduleProblem {
  return 'code' in read;
}

function readMacro(text: string): CronSchedule | ScheduleProblem {
  const fields = macros[text];
  if (fields !== undefined) return readSchedule(fields);
  const duration = text.startsWith('@every ') ? secondsOf(text.slice('@every '.length)) : undefined;
  if (duration === undefined) return { code: 'macro', params: { value: text } };
  return { kind: 'every', seconds: Math.max(1, Math.floor(duration)) };
}

const unitSeconds: Record<string, number> = {
  ns: 1e-9,
  us: 1e-6,
  µs: 1e-6,
  μs: 1e-6,
  ms: 1e-3,
  s: 1,
  m: 60,
  h: 3600,
};

/** Go's `time.ParseDuration`. */
function secondsOf(text: string): number | undefined {
  const [, sign = '', rest = ''] = /^([-+]?)(.*)$/s.exec(text) ?? [];
  if (rest === '0') return 0;
  if (!/^((\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h))+$/.test(rest)) return undefined;
  const parts = rest.matchAll(/(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)/g);
  const seconds = [...parts].reduce(
    (sum, [, count, unit = '']) => sum + Number(count) * (unitSeconds[unit] ?? 0),
    0,
  );
  return sign === '-' ? -seconds : seconds;
}

interface Field {
  values: number[];
  isStar: boolean;
}

function readField(text: string, { least, most, names }: Bounds): Field | undefined {
  const values = new Set<number>();
  let isStar = false;
  const ranges = text.split(',').filter((range) => range !== '');
  // Kubernetes takes a lone comma, and never runs it
  if (ranges.length === 0) return undefined;
  for (const range of ranges) {
    const [span = '', stepText, ...more] = range.split('/');
    const [low = '', high, ...others] = span.split('-');
    const isWhole = low === '*' || low === '?';
    const step = stepText === undefined ? 1 : numberOf(stepText);
    const first = isWhole ? least : numberOf(low, names, least);
    if (more.length > 0 || step === undefined || step === 0 || first === undefined) return undefined;
    let last: number | undefined = first;
    if (isWhole || (high === undefined && stepText !== undefined)) last = most;
    else if (others.length > 0) return undefined;
    else if (high !== undefined) last = numberOf(high, names, least);
    if (last === undefined || first < least || last > most || first > last) return undefined;
    if (isWhole && step === 1) isStar = true;
    for (let value = first; value <= last; value += step) values.add(value);
  }
  return { values: [...values].toSorted((a, b) => a - b), isStar };
}

function numberOf(text: string, names: readonly string[] = [], first = 0): number | undefined {
  const named = names.indexOf(text.toLowerCase());
  if (named >= 0) return named + first;
  return /^\+?\d+$/.test(text) ? Number(text) : undefined;
}

/** Whether it names a time zone as Kubernetes takes them: of the IANA database, and not an offset nor `Local`. */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z][-A-Za-z0-9._+]*(\/[-A-Za-z0-9._+]+)*$/.test(name) || name.toLowerCase() === 'local')
    return false;
  try {
    const { timeZone } = new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions();
    // names are files there: their case counts
    return timeZone === name || timeZone.toLowerCase() !== name.toLowerCase();
  } catch {
    return false;
  }
}

const dayMs = 86_400_000;
/** A schedule that has no time within so many years has none. */
const mostYears = 5;

/**
 * The next times of a schedule after an instant, by the clocks of an IANA time zone. Fewer than `count` where it has no
 * more (the 31st of February has none); of `@every` none, since they depend on when it ran last.
 */
export function nextRuns(schedule: CronSchedule, timeZone: string, after: Date, count: number): Date[] {
  if (schedule.kind === 'every') return [];
  const offsetAt = offsetsOf(timeZone);
  const from = after.getTime();
  const runs: Date[] = [];
  let day = startOfDay(from + offsetAt(from));
  let until = yearsLater(from);
  while (runs.length < count && day <= until + dayMs) {
    if (isOnDay(schedule, new Date(day))) {
      for (const at of instantsOf(schedule, day, offsetAt)) {
        if (at <= from || runs.length >= count) continue;
        runs.push(new Date(at));
        until = yearsLater(at);
      }
    }
    day += dayMs;
  }
  return runs;
}

/** Times of a day (its midnight as if it were UTC) as instants, in order. */
function instantsOf({ hours, minutes }: CronTimes, day: number, offsetAt: (at: number) => number): number[] {
  const offsets = [...new Set([offsetAt(day - dayMs), offsetAt(day + 2 * dayMs)])];
  const instants = hours.flatMap((hour) =>
    minutes.flatMap((minute) => {
      const wall = day + (hour * 60 + minute) * 60_000;
      const found = offsets.map((offset) => wall - offset);
      return offsets.length === 1 ? found : found.filter((at) => at + offsetAt(at) === wall);
    }),
  );
  return instants.toSorted((a, b) => a - b);
}

function isOnDay({ days, months, weekdays, bothDays }: CronTimes, day: Date): boolean {
  if (!months.includes(day.getUTCMonth() + 1)) return false;
  const ofMonth = days.includes(day.getUTCDate());
  const ofWeek = weekdays.includes(day.getUTCDay());
  return bothDays ? ofMonth && ofWeek : ofMonth || ofWeek;
}

function startOfDay(wall: number): number {
  return Math.floor(wall / dayMs) * dayMs;
}

function yearsLater(at: number): number {
  const date = new Date(at);
  return Date.UTC(date.getUTCFullYear() + mostYears, 11, 31);
}

/** What is added to UTC in a time zone, in milliseconds, at an instant. */
function offsetsOf(timeZone: string): (at: number) => number {
  const numeric = '2-digit';
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: numeric,
    day: numeric,
    hour: numeric,
    minute: numeric,
    second: numeric,
  });
  return (at) => {
    const parts = new Map(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
    const of = (type: string) => parts.get(type as Intl.DateTimeFormatPartTypes) ?? 0;
    const wall = Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'), of('second'));
    return wall - Math.floor(at / 1000) * 1000;
  };
}
