import { bytesOfText } from '@pilothouse/kinds';

/** What a container's lines may be written in; the names are those of `TextDecoder`. All of them contain ASCII. */
export const logEncodings = ['utf-8', 'gbk', 'gb18030', 'big5', 'shift_jis', 'iso-8859-1'] as const;
export type LogEncoding = (typeof logEncodings)[number];

const decoders = new Map<LogEncoding, TextDecoder>();
const beyondAscii = /[\u0080-\uFFFF]/;

/** A line as it came (bytes that are no UTF-8 as lone surrogates), read in an encoding; what is none of it is U+FFFD. */
export function readAs(encoding: LogEncoding, raw: string): string {
  if (encoding === 'utf-8') return raw.toWellFormed();
  if (!beyondAscii.test(raw)) return raw;
  let decoder = decoders.get(encoding);
  if (decoder === undefined) decoders.set(encoding, (decoder = new TextDecoder(encoding)));
  return decoder.decode(bytesOfText(raw));
}
