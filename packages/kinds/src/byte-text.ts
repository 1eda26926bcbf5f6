/**
 * Bytes as text that loses none of them: UTF-8 where it is UTF-8, and each byte that is not as the lone surrogate
 * U+DC00 + byte (which no UTF-8 can hold; Python's `surrogateescape`, PEP 383). So what is handed on as text, JSON
 * included, can be read in another encoding later: {@link bytesOfText} gives the bytes back.
 */
export function textOfBytes(bytes: Uint8Array): string {
  const units = new Uint16Array(bytes.length);
  let length = 0;
  for (let at = 0; at < bytes.length;) {
    const byte = bytes[at]!;
    const size = byte < 0x80 ? 1 : sequenceSize(bytes, at);
    if (size === 0) units[length++] = 0xdc00 | byte;
    else if (size === 1) units[length++] = byte;
    else {
      let point = byte & (0x7f >> size);
      for (let next = 1; next < size; next++) point = (point << 6) | (bytes[at + next]! & 0x3f);
      if (point >= 0x10000) {
        units[length++] = 0xd800 | ((point - 0x10000) >> 10);
        point = 0xdc00 | ((point - 0x10000) & 0x3ff);
      }
      units[length++] = point;
    }
    at += size || 1;
  }
  let text = '';
  for (let at = 0; at < length; at += 8192) {
    // half as dear as with the units spread out
    text += String.fromCharCode.apply(
      null,
      units.subarray(at, Math.min(length, at + 8192)) as unknown as number[],
    );
  }
  return text;
}

/** The bytes that {@link textOfBytes} was given, of any part of its text; text of one's own as UTF-8. */
export function bytesOfText(text: string): Uint8Array<ArrayBuffer> {
  if (text.isWellFormed()) return new TextEncoder().encode(text);
  const encoder = new TextEncoder();
  const bytes = new Uint8Array(text.length * 3);
  let length = 0;
  // what stands between bytes of no UTF-8 is encoded as one
  for (const part of text.split(/([\uDC80-\uDCFF]+)/u)) {
    if (part.isWellFormed()) length += encoder.encodeInto(part, bytes.subarray(length)).written;
    else for (let at = 0; at < part.length; at++) bytes[length++] = part.charCodeAt(at) & 0xff;
  }
  return bytes.slice(0, length);
}

/** Bytes at the end that begin a character of UTF-8 and do not finish it: 0 to 3. */
export function unfinishedBytes(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back]!;
    if ((byte & 0xc0) === 0x80) continue;
    const size = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc2 ? 2 : 1;
    return size > back ? back : 0;
  }
  return 0;
}

/** Bytes of the well-formed sequence that begins here with a byte beyond ASCII; 0: none does (Unicode, table 3-7). */
function sequenceSize(bytes: Uint8Array, at: number): 0 | 2 | 3 | 4 {
  const first = bytes[at]!;
  const second = bytes[at + 1] ?? 0;
  if (first < 0xc2 || first > 0xf4) return 0;
  if (first < 0xe0) return isContinuation(second) ? 2 : 0;
  const low = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
  const high = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
  if (second < low || second > high || !isContinuation(bytes[at + 2] ?? 0)) return 0;
  if (first < 0xf0) return 3;
  return isContinuation(bytes[at + 3] ?? 0) ? 4 : 0;
}

function isContinuation(byte: number): boolean {
  return (byte & 0xc0) === 0x80;
}
