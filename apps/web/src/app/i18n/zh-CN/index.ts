import type { Catalogue } from '../i18n.ts';

const files = import.meta.glob<Catalogue>('./*.json', { eager: true, import: 'default' });

/** Every area's texts below the name of its file. */
export const messages = Object.fromEntries(
  Object.entries(files).map(([path, texts]) => [path.slice('./'.length, -'.json'.length), texts]),
);
