CREATE TABLE `templates` (
  `id` CHAR(36) NOT NULL,
  `name` VARCHAR(63) NOT NULL,
  `description` TEXT COLLATE utf8mb4_unicode_ci NOT NULL,
  `labels` JSON NOT NULL,
  `labels_text` TEXT COLLATE utf8mb4_unicode_ci NOT NULL,
  `version` INT NOT NULL,
  `variable_count` INT NOT NULL,
  `author` VARCHAR(64) NOT NULL,
  `created_at` DATETIME(6) NOT NULL,
  `updated_at` DATETIME(6) NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE INDEX `templates_name` (`name`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- sealed: a template may hold what belongs into a Secret
CREATE TABLE `template_versions` (
  `id` CHAR(36) NOT NULL,
  `template_id` CHAR(36) NOT NULL,
  `version` INT NOT NULL,
  `sealed_content` LONGBLOB NOT NULL,
  `note` VARCHAR(200) COLLATE utf8mb4_unicode_ci NOT NULL,
  `author` VARCHAR(64) NOT NULL,
  `created_at` DATETIME(6) NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE INDEX `template_versions_template_id_version` (`template_id`, `version`),
  CONSTRAINT `template_versions_template_id_fkey` FOREIGN KEY (`template_id`) REFERENCES `templates` (`id`) ON DELETE CASCADE ON UPDATE CASCADE
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- no foreign keys to templates, clusters and operations: what was done outlives them
CREATE TABLE `tasks` (
  `id` CHAR(36) NOT NULL,
  `template` VARCHAR(63) NOT NULL,
  `version` INT NOT NULL,
  `sealed_content` LONGBLOB NOT NULL,
  `namespaces` JSON NOT NULL,
  `options` JSON NOT NULL,
  `actor_id` CHAR(36) NOT NULL,
  `actor` VARCHAR(64) NOT NULL,
  `created_at` DATETIME(6) NOT NULL,
  PRIMARY KEY (`id`),
  INDEX `tasks_actor_id_created_at` (`actor_id`, `created_at`),
  INDEX `tasks_created_at` (`created_at`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE `task_runs` (
  `id` CHAR(36) NOT NULL,
  `task_id` CHAR(36) NOT NULL,
  `number` INT NOT NULL,
  `operation_id` CHAR(36) NULL,
  `kind` VARCHAR(16) NOT NULL,
  `actor` VARCHAR(64) NOT NULL,
  `created_at` DATETIME(6) NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE INDEX `task_runs_task_id_number` (`task_id`, `number`),
  INDEX `task_runs_operation_id` (`operation_id`),
  CONSTRAINT `task_runs_task_id_fkey` FOREIGN KEY (`task_id`) REFERENCES `tasks` (`id`) ON DELETE CASCADE ON UPDATE CASCADE
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE `task_clusters` (
  `task_id` CHAR(36) NOT NULL,
  `cluster_id` CHAR(36) NOT NULL,
  `cluster` VARCHAR(63) NOT NULL,
  `state` VARCHAR(16) NOT NULL,
  PRIMARY KEY (`task_id`, `cluster_id`),
  CONSTRAINT `task_clusters_task_id_fkey` FOREIGN KEY (`task_id`) REFERENCES `tasks` (`id`) ON DELETE CASCADE ON UPDATE CASCADE
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE `task_objects` (
  `id` CHAR(36) NOT NULL,
  `task_id` CHAR(36) NOT NULL,
  `cluster_id` CHAR(36) NOT NULL,
  `cluster` VARCHAR(63) NOT NULL,
  `api_group` VARCHAR(253) NOT NULL,
  `version` VARCHAR(63) NOT NULL,
  `plural` VARCHAR(63) NOT NULL,
  `kind` VARCHAR(63) NOT NULL,
  `namespace` VARCHAR(63) NOT NULL,
  `name` VARCHAR(253) NOT NULL,
  `uid` VARCHAR(64) NULL,
  `state` VARCHAR(16) NOT NULL,
  `applied_at` DATETIME(6) NULL,
  `at` DATETIME(6) NOT NULL,
  PRIMARY KEY (`id`),
  INDEX `task_objects_task_id_at` (`task_id`, `at`),
  INDEX `task_objects_uid` (`uid`),
  CONSTRAINT `task_objects_task_id_fkey` FOREIGN KEY (`task_id`) REFERENCES `tasks` (`id`) ON DELETE CASCADE ON UPDATE CASCADE
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
