import { runScopeHandlers, type EditorView } from '@codemirror/view';

/** CodeMirror writes its search panel once, when it opens: opens an open one anew, in the editor's words of now. */
export function reopenSearch(view: EditorView): void {
  const close = view.dom.querySelector<HTMLElement>('.cm-search [name="close"]');
  if (close === null) return;
  const focused = document.activeElement;
  close.click();
  // Command first: on a Mac Ctrl-F moves the cursor
  [{ metaKey: true }, { ctrlKey: true }].some((modifier) =>
    runScopeHandlers(view, new KeyboardEvent('keydown', { key: 'f', ...modifier }), 'editor'),
  );
  if (focused instanceof HTMLElement && focused.isConnected) focused.focus();
}
