import { SCALAR_STYLE, type ScalarLayout, type ScalarStyle } from 'js-yaml';
import { resolveScalar } from './resolve-scalar.ts';

/** What must be escaped to survive, or to be seen: controls, line breaks that only some readers know, byte order marks. */
const unprintable =
  /[^\n\t\u0020-\u007e\u00a0-\ufffd\u{10000}-\u{10ffff}]|[\u2028\u2029\ufeff\ud800-\udfff]/u;
const everyUnprintable = new RegExp(unprintable, 'gu');
const indicator = /^[#,[\]{}&*!|>'"%@`]|^[?:-](?:[ \t]|$)|^---|^\.\.\.|:(?:[ \t]|$)|[ \t]#|^ | $/;
/** Text to kubectl, which quotes it for other readers all the same. */
const timeLike = /^\d{4}-\d\d?-\d\d?(?:[Tt ]|$)|^[-+]?\d[\d_]*(?::[0-5]?\d)+(?:\.[\d_]*)?$/;

/**
 * May a text of several lines be written after `|`? Not where blanks at the end of a line would not be seen, nor with
 * a tab at its beginning, which go-yaml takes for indentation.
 */
const fitsLiteral = (text: string) =>
  !unprintable.test(text) && !/[ \t](?:\n|$)/.test(text) && !/^\n*\t/.test(text);

/** A text in double quotes with escapes where YAML's readers want them: writers that quote as JSON does leave them out. */
export function escapeUnprintable(quoted: string): string {
  return quoted.replace(everyUnprintable, (character) => {
    const point = character.codePointAt(0)!;
    return point > 0xffff
      ? `\\U${point.toString(16).padStart(8, '0')}`
      : `\\u${point.toString(16).padStart(4, '0')}`;
  });
}

/** How kubectl writes a text. */
export function styleOf(text: string, isKey: boolean): ScalarStyle {
  if (text.includes('\n')) {
    return !isKey && fitsLiteral(text) ? SCALAR_STYLE.LITERAL_BLOCK : SCALAR_STYLE.DOUBLE_QUOTED;
  }
  if (typeof resolveScalar(text) !== 'string' || timeLike.test(text) || text === '<<')
    return SCALAR_STYLE.DOUBLE_QUOTED;
  if (text.includes('\t') || unprintable.test(text)) return SCALAR_STYLE.DOUBLE_QUOTED;
  return indicator.test(text) ? SCALAR_STYLE.SINGLE_QUOTED : SCALAR_STYLE.PLAIN;
}

/**
 * A style rule for js-yaml: text is quoted as kubectl quotes it (`yaml_emitter_select_scalar_style` of go-yaml 2), or,
 * where js-yaml knows another reader that would misread it, more strictly.
 */
export function chooseStyle(layout: ScalarLayout): void {
  const { node, presenterOptions, allowedStylesMask, isKey } = layout;
  if (node.tag !== presenterOptions.schema.defaultScalarTag.tagName) return;
  const style = styleOf(node.value, isKey);
  layout.style = (allowedStylesMask & (1 << style)) === 0 ? SCALAR_STYLE.DOUBLE_QUOTED : style;
}
