import { StateEffect, StateField, type Extension } from '@codemirror/state';
import { Decoration, EditorView, WidgetType, type DecorationSet } from '@codemirror/view';

/** A remark behind a line: who owns the field, say. */
export interface LineNote {
  /** Offset of a place in the line. */
  at: number;
  text: string;
  /** All of it, on hover. */
  title: string;
}

class NoteWidget extends WidgetType {
  readonly note: LineNote;
  constructor(note: LineNote) {
    super();
    this.note = note;
  }
  override eq(other: NoteWidget): boolean {
    return other.note.text === this.note.text && other.note.title === this.note.title;
  }
  toDOM(): HTMLElement {
    const element = document.createElement('span');
    element.className = 'ph-line-note';
    element.textContent = this.note.text;
    element.title = this.note.title;
    return element;
  }
}

/** Replaces all notes. */
export const setLineNotes = StateEffect.define<readonly LineNote[]>();

/** Shows the notes that `setLineNotes` sets; they move with their lines. */
export const lineNotes: Extension = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(shown, transaction) {
    let notes = shown.map(transaction.changes);
    for (const effect of transaction.effects) {
      if (!effect.is(setLineNotes)) continue;
      const { doc } = transaction.state;
      const ranges = effect.value
        .filter(({ at }) => at <= doc.length)
        .map((note) =>
          Decoration.widget({ widget: new NoteWidget(note), side: 1 }).range(doc.lineAt(note.at).to),
        );
      notes = Decoration.set(ranges, true);
    }
    return notes;
  },
  provide: (field) => EditorView.decorations.from(field),
});
