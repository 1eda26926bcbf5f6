/** As much as a text of many documents may be. */
export const mostBytes = 4_000_000;

/** Why a file was left out. */
export interface LeftOut {
  name: string;
  because: 'fileTooLarge' | 'fileNotText';
}

/** The texts of files, UTF-8 or UTF-16, in their order; what is no text, or too much of it, is left out and told. */
export async function readFiles(files: Iterable<File>): Promise<{ texts: string[]; leftOut: LeftOut[] }> {
  const texts: string[] = [];
  const leftOut: LeftOut[] = [];
  for (const file of files) {
    const text = file.size > mostBytes ? null : textOf(new Uint8Array(await file.arrayBuffer()));
    if (text === null)
      leftOut.push({ name: file.name, because: file.size > mostBytes ? 'fileTooLarge' : 'fileNotText' });
    else texts.push(text);
  }
  return { texts, leftOut };
}

function textOf(bytes: Uint8Array): string | null {
  const [first, second] = bytes;
  const isLittle = first === 0xff && second === 0xfe;
  const isBig = first === 0xfe && second === 0xff;
  const encoding = isLittle ? 'utf-16le' : isBig ? 'utf-16be' : 'utf-8';
  try {
    const text = new TextDecoder(encoding, { fatal: true }).decode(bytes);
    return text.includes('\0') ? null : text;
  } catch {
    return null;
  }
}

/** One text of several, a document's end between each two. */
export function joinTexts(texts: readonly string[]): string {
  const some = texts.filter((text) => text.trim() !== '');
  return some.map((text) => (text.endsWith('\n') || some.length === 1 ? text : `${text}\n`)).join('---\n');
}
