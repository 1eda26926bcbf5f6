import { readdirSync, readFileSync } from 'node:fs';

/** The names in a folder; none where it is not there, or not any more. */
export function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** The text of a file; empty where it is not there, or not any more. */
export function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
