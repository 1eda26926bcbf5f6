import { mount } from '@vue/test-utils';
import { expect, test } from 'vitest';
import { createI18n } from 'vue-i18n';
import { messages as en } from '../app/i18n/en-US/index.ts';
import { messages as zh } from '../app/i18n/zh-CN/index.ts';
import { useErrorText } from './translate-error.ts';

function sayIn(locale: 'en-US' | 'zh-CN', action: string, object: string, domain: string): string {
  let text = '';
  const setup = () => {
    text = useErrorText()({ code: 'forbidden', message: '', params: { action, object, domain } });
    return () => null;
  };
  const i18n = createI18n({ legacy: false, locale, messages: { 'en-US': en, 'zh-CN': zh } });
  mount({ setup }, { global: { plugins: [i18n] } });
  return text;
}

test.each([
  ['list', 'k8s/core/pods', 'cluster:demo', 'list Pods in cluster demo', '在集群 demo 中列出 Pod'],
  [
    'create',
    'k8s/core/pods/exec',
    'cluster:demo/shop',
    'open a shell in Pods in namespace shop of cluster demo',
    '在集群 demo 的 Namespace shop 中打开 Pod 的终端',
  ],
  [
    'update',
    'k8s/apps/deployments/scale',
    'cluster:demo/shop',
    'change the scale of Deployments in namespace shop of cluster demo',
    '在集群 demo 的 Namespace shop 中修改 Deployment 的 scale',
  ],
  [
    'get',
    'k8s/example.com/widgets',
    'cluster:demo',
    'read widgets in cluster demo',
    '在集群 demo 中查看 widgets',
  ],
  ['GET', '/audit', '*', 'see Audit log', '查看 审计日志'],
])('%s on %s in %s is said in people’s words', (action, object, domain, english, chinese) => {
  expect(sayIn('en-US', action, object, domain)).toBe(`You lack the right to ${english}`);
  expect(sayIn('zh-CN', action, object, domain)).toBe(`您缺少权限：${chinese}`);
});
