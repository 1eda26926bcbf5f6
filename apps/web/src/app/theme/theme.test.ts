import seed from 'ant-design-vue/es/theme/themes/seed';
import formatToken from 'ant-design-vue/es/theme/util/alias';
import { describe, expect, test } from 'vitest';
import { dark, light } from './palette.ts';
import { antThemeOf } from './theme.ts';

describe.each([
  ['light', false],
  ['dark', true],
])('%s', (_name, isDark) => {
  const { token, algorithm, components } = antThemeOf(isDark);
  const [derive] = [algorithm].flat();
  // as the library makes of them what its components take
  const derived = { ...derive?.({ ...seed, ...token }), override: token };
  const tokens: Record<string, unknown> = { ...formatToken(derived as Parameters<typeof formatToken>[0]) };

  test.each(['red', 'orange', 'green', 'blue', 'purple'] as const)('a %s tag can be read', (colour) => {
    expect(contrast(String(tokens[`${colour}-7`]), String(tokens[`${colour}-1`]))).toBeGreaterThanOrEqual(
      4.5,
    );
  });

  test('every text can be read on a chosen row', () => {
    const { infoBg, ...palette } = isDark ? dark : light;
    const texts = ['text', 'textSoft', 'textFaint', 'primary', 'success', 'warning', 'error'] as const;
    expect(texts.filter((text) => contrast(palette[text], infoBg) < 4.5)).toEqual([]);
  });

  test('a link can be read under the pointer, on a hovered or chosen row', () => {
    const { raised, infoBg } = isDark ? dark : light;
    const links = ['colorLinkHover', 'colorLinkActive'].map((name) => String(tokens[name]));
    const faint = links.filter((link) => ![raised, infoBg].every((ground) => contrast(link, ground) >= 4.5));
    expect(faint).toEqual([]);
  });

  test('what is wrong with a field can be read in a dialog', () => {
    const faint = [components?.Form?.colorError, components?.Input?.colorErrorText].filter(
      (colour = '') => !(contrast(colour, String(tokens['colorBgElevated'])) >= 4.5),
    );
    expect(faint).toEqual([]);
  });

  test('a dangerous entry of a menu can be read, at rest and under the pointer', () => {
    const { colorError = '', colorTextLightSolid = '' } = components?.Dropdown ?? {};
    expect(contrast(colorError, String(tokens['colorBgElevated']))).toBeGreaterThanOrEqual(4.5);
    expect(contrast(colorTextLightSolid, colorError)).toBeGreaterThanOrEqual(4.5);
  });
});

function contrast(one: string, other: string): number {
  const [darker = 0, lighter = 0] = [one, other].map(luminance).toSorted((a, b) => a - b);
  return (lighter + 0.05) / (darker + 0.05);
}

/** Relative luminance as WCAG 2 has it, of `#rrggbb`. */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5]
    .map((at) => Number.parseInt(colour.slice(at, at + 2), 16) / 255)
    .map((value) => (value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
