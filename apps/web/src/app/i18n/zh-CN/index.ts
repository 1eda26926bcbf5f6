import { byPath, type Catalogue } from '../catalogue.ts';
export { default as antLocale } from 'ant-design-vue/es/locale/zh_CN';
import 'dayjs/locale/zh-cn';

const files = import.meta.glob<Catalogue>('./**/*.json', { eager: true, import: 'default' });

export const messages = byPath(files);

export const dayjsLocale = 'zh-cn';
