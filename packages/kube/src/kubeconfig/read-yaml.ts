import { LineCounter, parseDocument } from 'yaml';
import { oneLine } from '../transport/network-error.ts';
import { unreadable } from './kubeconfig-error.ts';

/** One YAML (or JSON) document as plain data. Throws KubeconfigError `kubeconfigUnreadable` with line and column. */
export function readYaml(text: string): unknown {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, merge: false, uniqueKeys: true });
  const [error] = document.errors;
  if (error) {
    const { line, col } = lines.linePos(error.pos[0]);
    throw unreadable(
      `line ${line}, column ${col}: ${oneLine(error.code.toLowerCase().replaceAll('_', ' '))}`,
    );
  }
  return document.toJS({ maxAliasCount: 20 });
}
