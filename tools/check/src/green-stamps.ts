import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A piece of the machine tier: what runs, and the files and folders of the checkout that it tests. */
export interface Piece {
  name: string;
  dependsOn: readonly string[];
}

/** Whatever a piece depends on, a change of these may break it as well. */
const always = ['pnpm-lock.yaml', 'vitest.config.ts', 'tools/testing'];

/**
 * Remembers on this machine, whatever the checkout, which content a piece was last green with: a stamp is a file named by
 * the hash of all that the piece depends on.
 */
export class GreenStamps {
  readonly #root: string;
  readonly #folder: string;

  constructor(root: string, folder: string) {
    this.#root = root;
    this.#folder = folder;
  }

  isGreen(piece: Piece): boolean {
    return existsSync(this.#stampOf(piece));
  }

  setGreen(piece: Piece): void {
    mkdirSync(this.#folder, { recursive: true });
    writeFileSync(this.#stampOf(piece), `${piece.name}\n`);
  }

  #stampOf({ name, dependsOn }: Piece): string {
    const hash = createHash('sha256').update(`${name}\0${process.version}\0`);
    for (const path of [...always, ...dependsOn]) {
      const files = this.#filesIn(path);
      // else a folder that was renamed would be watched no more
      if (files.length === 0) throw new Error(`${name} depends on ${path}, where nothing is`);
      for (const file of files)
        hash
          .update(`${file}\0`)
          .update(readFileSync(join(this.#root, file)))
          .update('\0');
    }
    return join(this.#folder, hash.digest('hex'));
  }

  /** All of a folder, or the one file; also matches patterns as git's pathspecs do. What git ignores is left out. */
  #filesIn(path: string): string[] {
    const { stdout } = spawnSync(
      'git',
      ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--', path],
      { cwd: this.#root, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
    );
    const listed = new Set(
      stdout.split('\0').filter((file) => file !== '' && existsSync(join(this.#root, file))),
    );
    return [...listed].toSorted();
  }
}
