import { isUtf8 } from 'node:buffer';
import { unreadable } from './kubeconfig-error.ts';

/**
 * The text of a kubeconfig file: UTF-8, with or without a byte order mark, or UTF-16, which a Windows shell's `>`
 * writes. Throws KubeconfigError `kubeconfigUnreadable` that names any other encoding.
 */
export function decodeKubeconfig(bytes: Uint8Array): string {
  const [a, b, c, d] = bytes;
  const isUtf32 =
    (a === 0xff && b === 0xfe && c === 0 && d === 0) || (a === 0 && b === 0 && c === 0xfe && d === 0xff);
  if (isUtf32) throw unreadable('encoding', { encoding: 'UTF-32' });
  const utf16 = utf16Of(bytes);
  if (utf16 !== undefined) return decoded(utf16, bytes);
  if (!isUtf8(bytes)) throw unreadable('encoding', { encoding: 'another encoding than UTF-8 or UTF-16' });
  return decoded('utf-8', bytes);
}

/**
 * A kubeconfig that came as text: with UTF-16 read right that was taken for UTF-8 (a zero beside each character); a byte
 * order mark is YAML's own business. Throws as {@link decodeKubeconfig}.
 */
export function cleanKubeconfig(text: string): string {
  if (!text.includes('\0')) return text;
  const units = text.replace(/^(?:\uFFFD{2}|\xFF\xFE|\xFE\xFF)/, '');
  const offset = units.startsWith('\0') ? 0 : 1;
  const isEverySecond = Array.from({ length: units.length >> 1 }, (_, at) => units[2 * at + offset]).every(
    (unit) => unit === '\0',
  );
  const rest = units.replaceAll('\0', '');
  // what was no ASCII is lost by then
  if (!isEverySecond || /[\u0080-\uFFFF]/.test(rest)) throw unreadable('encoding', { encoding: 'UTF-16' });
  return rest;
}

function utf16Of(bytes: Uint8Array): 'utf-16le' | 'utf-16be' | undefined {
  const [a, b, c, d] = bytes;
  if (a === 0xff && b === 0xfe) return 'utf-16le';
  if (a === 0xfe && b === 0xff) return 'utf-16be';
  // without a mark: a kubeconfig begins with ASCII
  if (b === 0 && d === 0 && a !== 0 && c !== 0) return 'utf-16le';
  return a === 0 && c === 0 && b !== 0 && d !== 0 ? 'utf-16be' : undefined;
}

function decoded(encoding: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    throw unreadable('encoding', { encoding: `broken ${encoding.toUpperCase()}` });
  }
}
