import { gzipSync } from 'node:zlib';
import type { Plugin } from 'vite';

/** Prints what the first page loads in JavaScript, compressed, and fails the build beyond the limit. */
export function initialSize({ limitKiB }: { limitKiB: number }): Plugin {
  return {
    name: 'initial-size',
    apply: 'build',
    generateBundle(_options, bundle) {
      const chunks = Object.values(bundle).filter((output) => output.type === 'chunk');
      const byName = new Map(chunks.map((chunk) => [chunk.fileName, chunk]));
      const initial = new Set<string>();
      const visit = (fileName: string) => {
        const chunk = byName.get(fileName);
        if (chunk === undefined || initial.has(fileName)) return;
        initial.add(fileName);
        chunk.imports.forEach(visit);
      };
      for (const chunk of chunks) if (chunk.isEntry) visit(chunk.fileName);
      const bytes = [...initial].reduce(
        (sum, fileName) => sum + gzipSync(byName.get(fileName)?.code ?? '').length,
        0,
      );
      const kib = (bytes / 1024).toFixed(0);
      console.log(`initial JavaScript: ${kib} KiB gzip in ${initial.size} chunks (limit ${limitKiB})`);
      if (bytes > limitKiB * 1024)
        this.error(`initial JavaScript is ${kib} KiB gzip, more than ${limitKiB} KiB`);
    },
  };
}
