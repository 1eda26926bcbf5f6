import { theme as antTheme, type ConfigProviderProps } from 'ant-design-vue';
import { watchEffect, type ComputedRef } from 'vue';
import { dark, light, monospace, sans, type Palette } from './palette.ts';

/** The palette as ant-design-vue's theme. */
export function antThemeOf(isDark: boolean): NonNullable<ConfigProviderProps['theme']> {
  const palette = isDark ? dark : light;
  return {
    algorithm: isDark ? antTheme.darkAlgorithm : antTheme.defaultAlgorithm,
    token: {
      colorPrimary: palette.primary,
      colorInfo: palette.primary,
      colorLink: palette.primary,
      // what the library makes of it is too faint under the pointer
      colorLinkHover: palette.primary,
      colorLinkActive: palette.primary,
      colorSuccess: palette.success,
      colorWarning: palette.warning,
      colorError: palette.error,
      colorTextBase: palette.text,
      colorBgBase: palette.surface,
      colorBgLayout: palette.bg,
      colorBgContainer: palette.surface,
      colorBgElevated: isDark ? palette.raised : palette.surface,
      colorBorder: palette.border,
      colorBorderSecondary: palette.border,
      colorTextDescription: palette.textFaint,
      colorTextPlaceholder: palette.textFaint,
      // The library derives muddy backgrounds from colours as dark as text needs them.
      colorSuccessBg: palette.successBg,
      colorSuccessBorder: palette.successBorder,
      colorWarningBg: palette.warningBg,
      colorWarningBorder: palette.warningBorder,
      colorErrorBg: palette.errorBg,
      colorErrorBorder: palette.errorBorder,
      colorInfoBg: palette.infoBg,
      colorInfoBorder: palette.infoBorder,
      // The words of coloured tags: the library's own are too faint on some of their grounds.
      'red-7': palette.error,
      'orange-7': palette.warning,
      'green-7': palette.success,
      'blue-7': palette.primary,
      'purple-7': isDark ? '#b794f4' : '#531dab',
      colorFillAlter: palette.raised,
      borderRadius: 6,
      fontFamily: sans,
      fontSize: 13,
      controlHeight: 30,
    },
    components: {
      Menu: { colorSubItemBg: 'transparent', colorItemBg: 'transparent' },
      // White text stands on these.
      Button: {
        colorPrimary: palette.action,
        colorPrimaryHover: palette.actionHover,
        colorPrimaryActive: palette.action,
      },
      // What is wrong with a field: the library's own derivation is too faint on a dialog.
      Form: { colorError: palette.error },
      Input: { colorErrorText: palette.error },
      Checkbox: { colorBorder: palette.tick },
      Steps: { colorPrimary: palette.action },
      // A dangerous entry of a menu, at rest and, on that very red, under the pointer.
      Dropdown: { colorError: palette.error, colorTextLightSolid: palette.surface },
    },
  };
}

/** Hands the palette to our own styles as `--ph-*` while the calling component lives. */
export function useThemeVariables(isDark: ComputedRef<boolean>): void {
  watchEffect(() => {
    const { dataset, style } = document.documentElement;
    const palette: Palette = isDark.value ? dark : light;
    dataset['theme'] = isDark.value ? 'dark' : 'light';
    style.colorScheme = isDark.value ? 'dark' : 'light';
    for (const [name, colour] of Object.entries(palette)) {
      style.setProperty(`--ph-${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`, colour);
    }
    style.setProperty('--ph-mono', monospace);
  });
}
