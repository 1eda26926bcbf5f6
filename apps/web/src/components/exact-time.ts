/** Making one takes longer than all else that a cell of a list is drawn with. */
const formats = new Map<string, Intl.DateTimeFormat>();

/** A time to the second, as people of a language write it. */
export function exactTime(at: string, locale: string): string {
  const format =
    formats.get(locale) ?? new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'long' });
  formats.set(locale, format);
  return format.format(new Date(at));
}
