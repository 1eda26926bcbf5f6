import { useI18n } from 'vue-i18n';

/** Headings of columns and kinds: from the catalogue where it has them, else as the cluster writes them. */
export function useTitles() {
  const { t, te } = useI18n();
  return {
    columnTitle: (id: string, header: string) => (te(`column.${id}`) ? t(`column.${id}`) : header),
    kindTitle: (plural: string) => (te(`kind.${plural}`) ? t(`kind.${plural}`) : plural),
  };
}
