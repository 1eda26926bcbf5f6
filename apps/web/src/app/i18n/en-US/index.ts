import { byPath, type Catalogue } from '../catalogue.ts';
export { default as antLocale } from 'ant-design-vue/es/locale/en_US';

const files = import.meta.glob<Catalogue>('./**/*.json', { eager: true, import: 'default' });

export const messages = byPath(files);

export const dayjsLocale = 'en';
