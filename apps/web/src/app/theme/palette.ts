export interface Palette {
  /** Behind everything. */
  bg: string;
  /** Cards, tables, bars. */
  surface: string;
  /** What lies above: table heads, hovered rows, code. */
  raised: string;
  border: string;
  /** Around what is ticked: at least 3 : 1 on what is behind it. */
  tick: string;
  text: string;
  textSoft: string;
  textFaint: string;
  /** Links and what is chosen. */
  primary: string;
  /** Buttons: white text is read on it. */
  action: string;
  actionHover: string;
  success: string;
  warning: string;
  error: string;
  successBg: string;
  successBorder: string;
  warningBg: string;
  warningBorder: string;
  errorBg: string;
  errorBorder: string;
  infoBg: string;
  infoBorder: string;
}

/** Every text colour has a contrast of at least 4.5 : 1 on `surface` and `bg`. */
export const light: Palette = {
  bg: '#f4f6f9',
  surface: '#ffffff',
  raised: '#f7f9fc',
  border: '#dfe4ec',
  tick: '#858fa1',
  text: '#1c2430',
  textSoft: '#4a5568',
  textFaint: '#5d697e',
  primary: '#1f5fbf',
  action: '#1f5fbf',
  actionHover: '#2b6fd6',
  success: '#1a7f4b',
  warning: '#9a6200',
  error: '#c9302c',
  successBg: '#eaf7f0',
  successBorder: '#b3dfc7',
  warningBg: '#fff7e6',
  warningBorder: '#f0d59b',
  errorBg: '#fdf0ef',
  errorBorder: '#f1bfbc',
  infoBg: '#eef5ff',
  infoBorder: '#bfd7fa',
};

export const dark: Palette = {
  bg: '#101318',
  surface: '#171b21',
  raised: '#1e232b',
  border: '#2c333e',
  tick: '#6a7486',
  text: '#e3e7ee',
  textSoft: '#b0b8c6',
  textFaint: '#8c96a8',
  primary: '#6ea8fe',
  action: '#2f6fd0',
  actionHover: '#3574d6',
  success: '#4cc38a',
  warning: '#e0a83a',
  error: '#f4766f',
  successBg: '#15281f',
  successBorder: '#25513b',
  warningBg: '#2c2412',
  warningBorder: '#5a4619',
  errorBg: '#2e1a1b',
  errorBorder: '#66302f',
  infoBg: '#16233a',
  infoBorder: '#2b4a7c',
};

/** As base.css has it for the page before the first script. */
export const sans = [
  '-apple-system, BlinkMacSystemFont, "Segoe UI", Roboto, "Helvetica Neue", Arial, "Noto Sans"',
  '"PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif',
].join(', ');
export const monospace = '"JetBrains Mono", "SFMono-Regular", Menlo, Consolas, "Liberation Mono", monospace';
