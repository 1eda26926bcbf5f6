import { HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import type { Extension } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import { tags } from '@lezer/highlight';

const syntax = {
  light: { key: '#1558c0', string: '#1b7f4b', number: '#8a6100', comment: '#5d697e' },
  dark: { key: '#82b4ff', string: '#8fd3a6', number: '#f0c95c', comment: '#8c96a8' },
};

/** The page's own colours; CodeMirror has to be told which of its two base themes they go with. */
export function yamlTheme(isDark: boolean): Extension {
  const colours = isDark ? syntax.dark : syntax.light;
  return [
    EditorView.theme(
      {
        '&': {
          backgroundColor: 'var(--ph-surface)',
          color: 'var(--ph-text)',
          fontSize: '12px',
          height: '100%',
        },
        // the frame around it shows the focus
        '&.cm-focused': { outline: 'none' },
        '.cm-content, .cm-gutter': { fontFamily: 'var(--ph-mono)' },
        '.cm-content': { caretColor: 'var(--ph-text)' },
        '.cm-cursor': { borderLeftColor: 'var(--ph-text)' },
        '.cm-gutters': {
          backgroundColor: 'var(--ph-surface)',
          color: 'var(--ph-text-faint)',
          border: 'none',
        },
        '.cm-activeLine, .cm-activeLineGutter': {
          backgroundColor: 'color-mix(in srgb, var(--ph-primary) 7%, transparent)',
        },
        '.cm-foldPlaceholder': {
          backgroundColor: 'var(--ph-raised)',
          borderColor: 'var(--ph-border)',
          color: 'var(--ph-text-soft)',
        },
        '.cm-panels': { backgroundColor: 'var(--ph-raised)', color: 'var(--ph-text)' },
        '.cm-panels.cm-panels-bottom': { borderTop: '1px solid var(--ph-border)' },
        '.cm-panel input, .cm-panel button': {
          color: 'var(--ph-text)',
          backgroundColor: 'var(--ph-surface)',
          backgroundImage: 'none',
          border: '1px solid var(--ph-border)',
          borderRadius: '4px',
        },
        '.cm-tooltip': {
          backgroundColor: 'var(--ph-raised)',
          color: 'var(--ph-text)',
          border: '1px solid var(--ph-border)',
          borderRadius: '6px',
        },
        '.cm-tooltip-autocomplete > ul > li[aria-selected]': {
          backgroundColor: 'var(--ph-action)',
          color: '#fff',
        },
        '.cm-completionDetail': { fontStyle: 'normal', color: 'var(--ph-text-soft)' },
        'li[aria-selected] .cm-completionDetail': { color: '#fff' },
        '.cm-completionInfo': { maxWidth: '420px' },
        '.cm-diagnostic': { fontFamily: 'inherit', whiteSpace: 'pre-wrap', maxWidth: '640px' },
        '.ph-field-info': { maxWidth: '520px', maxHeight: '320px', overflow: 'auto', padding: '6px 8px' },
        '.ph-field-facts': { color: 'var(--ph-text-soft)', fontSize: '12px' },
        '.ph-field-text': { margin: '4px 0', whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' },
        '&.cm-merge-b .cm-changedLine, .cm-inlineChangedLine': { backgroundColor: 'var(--ph-success-bg)' },
        '&.cm-merge-b .cm-changedText, .cm-deletedChunk .cm-deletedText': {
          borderRadius: '2px',
          textDecoration: 'none',
        },
        '&.cm-merge-b .cm-changedText': {
          background: 'color-mix(in srgb, var(--ph-success) 24%, transparent)',
        },
        '.cm-deletedChunk .cm-deletedText': {
          background: 'color-mix(in srgb, var(--ph-error) 20%, transparent)',
        },
        // the colours of the syntax are not read on these
        '.cm-changedText, .cm-changedText *, .cm-deletedText, .cm-deletedText *': { color: 'var(--ph-text)' },
        '.cm-deletedChunk': { backgroundColor: 'var(--ph-error-bg)' },
        '.cm-changeGutter': { width: '1.4em', paddingLeft: '2px' },
        '.cm-changedLineGutter, .cm-deletedLineGutter': {
          background: 'none !important',
          textAlign: 'center',
        },
        '.cm-changedLineGutter::before': { content: '"+"', color: 'var(--ph-success)' },
        '.cm-deletedLineGutter::before': { content: '"−"', color: 'var(--ph-error)' },
        '.cm-collapsedLines': {
          color: 'var(--ph-text-soft)',
          background: 'var(--ph-raised)',
          padding: '2px 8px',
        },
        '.cm-collapsedLines::before, .cm-collapsedLines::after': { content: '"⋯"' },
        '.ph-line-note': {
          marginLeft: '24px',
          color: 'var(--ph-text-faint)',
          fontFamily: 'inherit',
          userSelect: 'none',
        },
      },
      { dark: isDark },
    ),
    syntaxHighlighting(
      HighlightStyle.define([
        { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: colours.key },
        { tag: [tags.string, tags.content], color: colours.string },
        { tag: [tags.number, tags.bool, tags.null], color: colours.number },
        { tag: tags.comment, color: colours.comment },
      ]),
    ),
  ];
}
