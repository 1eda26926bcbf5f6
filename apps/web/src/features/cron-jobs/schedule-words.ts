import { isScheduleProblem, readSchedule } from '@pilothouse/kinds';
import cronstrue from 'cronstrue';
import 'cronstrue/locales/zh_CN.js';
import { useI18n } from 'vue-i18n';

const locales: Record<string, string> = { 'en-US': 'en', 'zh-CN': 'zh_CN' };

/** A schedule in the reader's words; empty where it is none, or nobody has words for it. */
export function useScheduleWords(): (schedule: string) => string {
  const { t, locale } = useI18n();
  return (schedule) => {
    const read = readSchedule(schedule);
    if (isScheduleProblem(read)) return '';
    if (read.kind === 'every') return t('cronJobs.every', { seconds: read.seconds }, read.seconds);
    try {
      const words = cronstrue.toString(read.fields, {
        locale: locales[locale.value] ?? 'en',
        use24HourTimeFormat: true,
      });
      // made for one line of a page, not for a sentence
      const line = words.replaceAll(/ +/g, ' ');
      return locale.value === 'zh-CN' ? line.replaceAll(/, ?/g, '，') : line;
    } catch {
      return '';
    }
  };
}
