import { kinds } from '@pilothouse/kinds';
import { useI18n } from 'vue-i18n';

/** Headings of columns and kinds: from the catalogues where they have them, else as the cluster writes them. */
export function useTitles() {
  const { t, te } = useI18n();
  return {
    columnTitle(plural: string, id: string, header: string) {
      if (te(`kinds.${plural}.column.${id}`)) return t(`kinds.${plural}.column.${id}`);
      return te(`column.${id}`) ? t(`column.${id}`) : header;
    },
    kindTitle: (group: string, plural: string) =>
      kinds.has(`${group}/${plural}`) ? t(`kinds.${plural}.title`) : plural,
  };
}
