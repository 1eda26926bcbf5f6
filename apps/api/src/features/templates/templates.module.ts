import type { Core } from '../../core.ts';
import { dayMs } from '../../db/retention.ts';
import type { Feature } from '../../feature.ts';
import { takeBackHandler, takeBackKind } from './take-back-operation.ts';
import type { DocumentDoor, ObjectRemoval } from './task-doors.ts';
import { taskHandler, tasksKind } from './task-operation.ts';
import { TaskObjectRepository } from './task-objects.repository.ts';
import { TaskRepository } from './task.repository.ts';
import { TaskService } from './task.service.ts';
import { TemplateRepository } from './template.repository.ts';
import { TemplateService } from './template.service.ts';
import { mountTasks, mountTemplates } from './templates.routes.ts';

/** YAML with variables, and its roll-out to clusters. */
export function build(core: Core, documents: DocumentDoor, door: ObjectRemoval): Feature {
  const { database, secrets, registry, authoriser, operations, config } = core;
  const find = (name: string) => registry.get(name);
  const templates = new TemplateService(new TemplateRepository(database, secrets));
  const tasks = new TaskRepository(database, secrets);
  const objects = new TaskObjectRepository(database);
  const service = new TaskService({ templates, tasks, objects, documents, find, authoriser, operations });
  return {
    mount(api) {
      mountTemplates(api, templates);
      mountTasks(api, service);
    },
    operations(runner) {
      runner.register(tasksKind, taskHandler({ documents, find, tasks, objects }));
      runner.register(takeBackKind, takeBackHandler({ door, find, objects }));
    },
    retention: [
      {
        keepMs: config.retention.operationDays * dayMs,
        prune: (before, most) => tasks.prune(before, most),
      },
    ],
  };
}
