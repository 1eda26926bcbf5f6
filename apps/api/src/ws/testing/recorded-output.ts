/** All that a terminal showed, from its recording: where the output was cut into events is up to the kubelet. */
export function recordedOutput(cast: unknown): string {
  if (typeof cast !== 'string') return '';
  const [, ...events] = cast
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as [number, string, string]);
  return events.map(([, kind, text]) => (kind === 'o' ? text : '')).join('');
}
