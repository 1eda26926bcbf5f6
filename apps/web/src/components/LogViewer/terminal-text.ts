import Anser from 'anser';
import ansiRegex from 'ansi-regex';

/* oxlint-disable no-control-regex -- control characters are what this file is about */

/** A run of text with one look; colours are names of the 16 (`ansi-red`) or CSS `rgb(…)` values. */
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

/** Anser reads semicolons only: `38:2::r:g:b` and `38:5:n` (ITU T.416) as those, `4:3` (a curly line) as `4`. */
function withSemicolons(text: string): string {
  return text.replace(escapeSequence, (sequence) =>
    sequence
      .replace(/([34]8):2:\d*:(\d+):(\d+):(\d+)(?::[\d:]*)?/g, '$1;2;$2;$3;$4')
      .replace(
        /([34]8):(\d+(?::\d+)+)/g,
        (_, which: string, rest: string) => `${which};${rest.replaceAll(':', ';')}`,
      )
      .replace(/:[\d:]*/g, ''),
  );
}

/** Levels of the 6 × 6 × 6 cube at 16 to 231 of the 256 colours, as xterm has them; 24 greys follow. */
const cube = [0, 95, 135, 175, 215, 255];

function cssColour(name: string | null, trueColour: string | null): string | null {
  // Anser keeps the last true colour when another one follows
  if (name === 'ansi-truecolor') return `rgb(${trueColour})`;
  const index = Number(/^ansi-palette-(\d+)$/.exec(name ?? '')?.[1] ?? Number.NaN);
  if (Number.isNaN(index)) return name;
  const grey = 8 + 10 * (index - 232);
  if (index >= 232) return `rgb(${grey}, ${grey}, ${grey})`;
  const levels = [(index - 16) / 36, ((index - 16) / 6) % 6, (index - 16) % 6].map(
    (at) => cube[Math.floor(at)],
  );
  return `rgb(${levels.join(', ')})`;
}

/** The runs a log line is drawn with. Nothing in it is HTML; the caller renders text nodes. */
export function textRuns(raw: string): TextRun[] {
  const parts = Anser.ansiToJson(withSemicolons(withColoursOnly(raw)), {
    use_classes: true,
    remove_empty: true,
  });
  return parts.map((part) => ({
    text: part.content,
    foreground: cssColour(part.fg ?? null, part.fg_truecolor),
    background: cssColour(part.bg ?? null, part.bg_truecolor),
    bold: part.decorations.includes('bold'),
    italic: part.decorations.includes('italic'),
    underline: part.decorations.includes('underline'),
  }));
}
