const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;

function withRest(whole: number, unit: string, rest: number, restUnit: string): string {
  return rest === 0 ? `${whole}${unit}` : `${whole}${unit}${rest}${restUnit}`;
}

/**
 * A duration in milliseconds as kubectl prints an age: `5d3h`, `2m`, `119s`
 * (`apimachinery/pkg/util/duration.HumanDuration`). Up to two seconds in the future count as `0s`, more is `<invalid>`.
 */
export function humanDuration(milliseconds: number): string {
  const seconds = Math.trunc(milliseconds / second);
  if (seconds < -1) return '<invalid>';
  if (seconds <= 0) return '0s';
  if (seconds < 120) return `${seconds}s`;
  const minutes = Math.trunc(milliseconds / minute);
  if (minutes < 10) return withRest(minutes, 'm', seconds % 60, 's');
  if (minutes < 180) return `${minutes}m`;
  const hours = Math.trunc(milliseconds / hour);
  if (hours < 8) return withRest(hours, 'h', minutes % 60, 'm');
  if (hours < 48) return `${hours}h`;
  const days = Math.trunc(hours / 24);
  if (hours < 24 * 8) return withRest(days, 'd', hours % 24, 'h');
  if (hours < 24 * 365 * 2) return `${days}d`;
  const years = Math.trunc(days / 365);
  return hours < 24 * 365 * 8 ? withRest(years, 'y', days % 365, 'd') : `${years}y`;
}

/** How long ago an RFC 3339 instant was, as kubectl's AGE; `<unknown>` where there is none. `now` is in milliseconds. */
export function age(instant: string | null | undefined, now: number): string {
  return instant === null || instant === undefined ? '<unknown>' : humanDuration(now - Date.parse(instant));
}
