import { FitAddon } from '@xterm/addon-fit';
import { SearchAddon } from '@xterm/addon-search';
import { WebLinksAddon } from '@xterm/addon-web-links';
import { WebglAddon } from '@xterm/addon-webgl';
import { Terminal, type ITheme } from '@xterm/xterm';
import '@xterm/xterm/css/xterm.css';

const dark: ITheme = {
  background: '#14171c',
  foreground: '#d6dbe3',
  cursor: '#7fb2ff',
  selectionBackground: '#33507a',
};
const light: ITheme = {
  background: '#fbfcfe',
  foreground: '#1f2733',
  cursor: '#1668dc',
  selectionBackground: '#bcd7ff',
  yellow: '#8a6100',
  brightYellow: '#7a5500',
  white: '#4a5363',
  brightWhite: '#1f2733',
};

export interface Screen {
  terminal: Terminal;
  search: SearchAddon;
  fit(): void;
  setDark(isDark: boolean): void;
  dispose(): void;
}

/**
 * An xterm in `element`, fitted to it, drawn by WebGL where the browser has it and by the DOM elsewhere.
 * xterm handles no OSC 52 by itself, so a program in the container can't reach the clipboard.
 */
export function openScreen(
  element: HTMLElement,
  options: { fontSize: number; isDark: boolean; isReadAloud: boolean },
): Screen {
  const terminal = new Terminal({
    fontSize: options.fontSize,
    fontFamily: '"JetBrains Mono", "SFMono-Regular", Menlo, Consolas, "Liberation Mono", monospace',
    theme: options.isDark ? dark : light,
    cursorBlink: true,
    scrollback: 10_000,
    allowProposedApi: true,
    screenReaderMode: options.isReadAloud,
  });
  const fitAddon = new FitAddon();
  const search = new SearchAddon();
  terminal.loadAddon(fitAddon);
  terminal.loadAddon(search);
  terminal.loadAddon(new WebLinksAddon());
  terminal.open(element);
  drawByWebgl(terminal);
  const fit = () => {
    if (element.clientWidth > 0 && element.clientHeight > 0) fitAddon.fit();
  };
  fit();
  return {
    terminal,
    search,
    fit,
    setDark: (isDark) => {
      terminal.options.theme = isDark ? dark : light;
    },
    dispose: () => terminal.dispose(),
  };
}

function drawByWebgl(terminal: Terminal): void {
  try {
    const webgl = new WebglAddon();
    webgl.onContextLoss(() => webgl.dispose());
    terminal.loadAddon(webgl);
  } catch {
    // No WebGL (remote desktops, policies): xterm's DOM renderer stays.
  }
}
