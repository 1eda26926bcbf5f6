/** A key of a ConfigMap: text, or bytes in base64 (`binaryData`). */
export type Entry = { key: string; text: string } | { key: string; base64: string };

/** What a key holds, byte by byte; text is UTF-8. */
export function bytesOf(entry: Entry): Uint8Array<ArrayBuffer> {
  if ('text' in entry) return new TextEncoder().encode(entry.text);
  return Uint8Array.from(atob(entry.base64), (character) => character.charCodeAt(0));
}

/** Bytes as people read them: `1.5 KiB`. */
export function sizeText(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  const units = ['KiB', 'MiB'];
  const power = bytes < 1024 * 1024 ? 1 : 2;
  return `${(bytes / 1024 ** power).toFixed(1)} ${units[power - 1]}`;
}

const signatures: [string, number[]][] = [
  ['gzip', [0x1f, 0x8b]],
  ['PNG', [0x89, 0x50, 0x4e, 0x47]],
  ['JPEG', [0xff, 0xd8, 0xff]],
  ['PDF', [0x25, 0x50, 0x44, 0x46]],
  ['ZIP', [0x50, 0x4b, 0x03, 0x04]],
  ['JKS', [0xfe, 0xed, 0xfe, 0xed]],
  ['DER', [0x30, 0x82]],
];

/** What bytes seem to be, by how they begin; where that says nothing, the field that holds them. */
export function kindOfBytes(bytes: Uint8Array): string {
  const found = signatures.find(([, signature]) => signature.every((byte, index) => bytes[index] === byte));
  return found?.[0] ?? 'binaryData';
}

/** What a ConfigMap may hold in all (`core/validation.ValidateConfigMap`). */
export const mostBytes = 1024 * 1024;

/** `apimachinery/pkg/util/validation.IsConfigMapKey`. */
export function isConfigKey(key: string): boolean {
  return (
    /^[-._a-zA-Z0-9]+$/.test(key) && key.length <= 253 && key !== '.' && key !== '..' && !key.startsWith('..')
  );
}

/** A file as a key: text where its bytes are UTF-8 that comes back as it was, else bytes; as `kubectl create --from-file`. */
export async function readFileEntry(file: Blob, key: string): Promise<Entry> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  try {
    return { key, text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes) };
  } catch {
    let binary = '';
    for (const byte of bytes) binary += String.fromCharCode(byte);
    return { key, base64: btoa(binary) };
  }
}
