import Anser from 'anser';
import ansiRegex from 'ansi-regex';

/* oxlint-disable no-control-regex -- control characters are what this file is about */

/** A run of text with one look; colours are names of the 16 or CSS `rgb(…)` values. */
export interface TextRun {
  text: string;
  foreground: string | null;
  background: string | null;
  bold: boolean;
  italic: boolean;
  underline: boolean;
}

const escapeSequence = ansiRegex();
const selectGraphicRendition = /^\u001B\[[\d;:]*m$/;
// What ansiRegex leaves over: a lone ESC or another C0/C1 control, and the marks that reorder text (Trojan Source).
const control =
  /[\u0000-\u0008\u000B-\u001A\u001C-\u001F\u007F-\u009F\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/g;
const loneEscape = /\u001B(?!\[[\d;:]*m)/g;

/** Shows a control character as a harmless picture of itself: `␇` for BEL, `<U+202E>` for what has none. */
function picture(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x20) return String.fromCodePoint(0x2400 + code);
  if (code === 0x7f) return '␡';
  return `<U+${code.toString(16).toUpperCase().padStart(4, '0')}>`;
}

/** Leaves colours (SGR) in and makes every other escape sequence and control character inert. */
function withColoursOnly(raw: string): string {
  return raw
    .replace(/\r$/, '')
    .replace(escapeSequence, (sequence) => (selectGraphicRendition.test(sequence) ? sequence : ''))
    .replace(control, picture)
    .replace(loneEscape, '␛');
}

/** The text a reader sees, without colours: what search and copying work on. */
export function plainText(raw: string): string {
  return withColoursOnly(raw).replace(escapeSequence, '');
}

/** The runs a log line is drawn with. Nothing in it is HTML; the caller renders text nodes. */
export function textRuns(raw: string): TextRun[] {
  return Anser.ansiToJson(withColoursOnly(raw), { use_classes: true, remove_empty: true }).map((part) => ({
    text: part.content,
    foreground: part.fg_truecolor ? `rgb(${part.fg_truecolor})` : (part.fg ?? null),
    background: part.bg_truecolor ? `rgb(${part.bg_truecolor})` : (part.bg ?? null),
    bold: part.decorations.includes('bold'),
    italic: part.decorations.includes('italic'),
    underline: part.decorations.includes('underline'),
  }));
}
