import { endpoints } from '@pilothouse/contract';
import { mount, type ApiRouter } from '../../http/mount.ts';
import type { TaskService } from './task.service.ts';
import { preview } from './template-content.ts';
import type { TemplateService } from './template.service.ts';

export function mountTemplates(api: ApiRouter, templates: TemplateService): void {
  mount(api, endpoints.listTemplates, ({ query }) => templates.page(query));
  mount(api, endpoints.createTemplate, ({ body, principal }) => templates.create(body, principal.username));
  mount(api, endpoints.previewTemplate, ({ body: { values, ...content } }) =>
    Promise.resolve(preview(content, values)),
  );
  mount(api, endpoints.getTemplate, ({ params }) => templates.get(params.template));
  mount(api, endpoints.updateTemplate, ({ params, body }) => templates.update(params.template, body));
  mount(api, endpoints.deleteTemplate, ({ params }) => templates.remove(params.template));
  mount(api, endpoints.getTemplateVersion, ({ params }) =>
    templates.version(params.template, params.version),
  );
  mount(api, endpoints.addTemplateVersion, ({ params, body, principal }) =>
    templates.addVersion(params.template, body, principal.username),
  );
}

export function mountTasks(api: ApiRouter, tasks: TaskService): void {
  mount(api, endpoints.listTasks, ({ principal, query }) => tasks.list(principal, query));
  mount(api, endpoints.planTask, ({ params, body, query, principal, auditId, signal }) =>
    tasks.plan({ params, body, query }, { subject: principal, auditId }, signal),
  );
  mount(api, endpoints.planTaskRetry, ({ params, body, principal, auditId, signal }) =>
    tasks.planRetry(params, body, { subject: principal, auditId }, { principal, signal }),
  );
  mount(api, endpoints.runTask, ({ body, principal: { userId, username }, address, signal }) =>
    tasks.run(body, { userId, username, address }, signal),
  );
  mount(api, endpoints.getTask, ({ principal, params }) => tasks.get(principal, params.task));
  mount(api, endpoints.renderedTask, ({ principal, params }) => tasks.rendered(principal, params.task));
  mount(api, endpoints.listTaskObjects, ({ principal, params, query }) =>
    tasks.objects(principal, params.task, query),
  );
  mount(api, endpoints.retryTask, ({ principal, params, body, address, signal }) =>
    tasks.retry(principal, { id: params.task, body }, address, signal),
  );
  mount(api, endpoints.takeBackTask, ({ principal, params, address }) =>
    tasks.takeBack(principal, params.task, address),
  );
}
