import type { Catalogue } from '../i18n.ts';
export { default as antLocale } from 'ant-design-vue/es/locale/zh_CN';
import 'dayjs/locale/zh-cn';

const files = import.meta.glob<Catalogue>('./*.json', { eager: true, import: 'default' });

export const messages = Object.fromEntries(
  Object.entries(files).map(([path, texts]) => [path.slice('./'.length, -'.json'.length), texts]),
);

export const dayjsLocale = 'zh-cn';
