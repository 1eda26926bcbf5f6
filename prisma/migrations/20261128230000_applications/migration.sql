CREATE TABLE `project_namespaces` (
  `id` CHAR(36) NOT NULL,
  `project_id` CHAR(36) NOT NULL,
  `cluster_id` CHAR(36) NULL,
  `cluster` VARCHAR(63) NOT NULL,
  `namespace` VARCHAR(63) NOT NULL,
  `created` BOOLEAN NOT NULL,
  `defaults` JSON NOT NULL,
  `quota` JSON NOT NULL,
  `created_at` DATETIME(6) NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE INDEX `project_namespaces_cluster_id_namespace` (`cluster_id`, `namespace`),
  INDEX `project_namespaces_project_id` (`project_id`),
  CONSTRAINT `project_namespaces_project_id_fkey` FOREIGN KEY (`project_id`) REFERENCES `tree_nodes` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE,
  CONSTRAINT `project_namespaces_cluster_id_fkey` FOREIGN KEY (`cluster_id`) REFERENCES `clusters` (`id`) ON DELETE SET NULL ON UPDATE CASCADE
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE `applications` (
  `id` CHAR(36) NOT NULL,
  `version` INT NOT NULL,
  `secret_names` JSON NOT NULL,
  `sealed_secrets` LONGBLOB NULL,
  `updated_at` DATETIME(6) NOT NULL,
  PRIMARY KEY (`id`),
  CONSTRAINT `applications_id_fkey` FOREIGN KEY (`id`) REFERENCES `tree_nodes` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE `application_versions` (
  `id` CHAR(36) NOT NULL,
  `application_id` CHAR(36) NOT NULL,
  `version` INT NOT NULL,
  `spec` JSON NOT NULL,
  `reason` VARCHAR(500) COLLATE utf8mb4_unicode_ci NOT NULL,
  `author` VARCHAR(64) NOT NULL,
  `created_at` DATETIME(6) NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE INDEX `application_versions_application_id_version` (`application_id`, `version`),
  CONSTRAINT `application_versions_application_id_fkey` FOREIGN KEY (`application_id`) REFERENCES `applications` (`id`) ON DELETE CASCADE ON UPDATE CASCADE
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE `instances` (
  `id` CHAR(36) NOT NULL,
  `application_id` CHAR(36) NOT NULL,
  `namespace_id` CHAR(36) NOT NULL,
  `name` VARCHAR(63) NOT NULL,
  `object_name` VARCHAR(63) NOT NULL,
  `version` INT NOT NULL,
  `application_version` INT NOT NULL,
  `spec` JSON NOT NULL,
  `is_paused` BOOLEAN NOT NULL,
  `restarted_at` DATETIME(6) NULL,
  `removed_at` DATETIME(6) NULL,
  `created_at` DATETIME(6) NOT NULL,
  `updated_at` DATETIME(6) NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE INDEX `instances_application_id_namespace_id_name` (`application_id`, `namespace_id`, `name`),
  UNIQUE INDEX `instances_namespace_id_object_name` (`namespace_id`, `object_name`),
  CONSTRAINT `instances_application_id_fkey` FOREIGN KEY (`application_id`) REFERENCES `applications` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE,
  CONSTRAINT `instances_namespace_id_fkey` FOREIGN KEY (`namespace_id`) REFERENCES `project_namespaces` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE `instance_versions` (
  `id` CHAR(36) NOT NULL,
  `instance_id` CHAR(36) NOT NULL,
  `version` INT NOT NULL,
  `application_version` INT NOT NULL,
  `spec` JSON NOT NULL,
  `reason` VARCHAR(500) COLLATE utf8mb4_unicode_ci NOT NULL,
  `author` VARCHAR(64) NOT NULL,
  `created_at` DATETIME(6) NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE INDEX `instance_versions_instance_id_version` (`instance_id`, `version`),
  CONSTRAINT `instance_versions_instance_id_fkey` FOREIGN KEY (`instance_id`) REFERENCES `instances` (`id`) ON DELETE CASCADE ON UPDATE CASCADE
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE `cron_jobs` (
  `id` CHAR(36) NOT NULL,
  `project_id` CHAR(36) NOT NULL,
  `namespace_id` CHAR(36) NOT NULL,
  `name` VARCHAR(52) NOT NULL,
  `version` INT NOT NULL,
  `spec` JSON NOT NULL,
  `reason` VARCHAR(500) COLLATE utf8mb4_unicode_ci NOT NULL,
  `author` VARCHAR(64) NOT NULL,
  `removed_at` DATETIME(6) NULL,
  `created_at` DATETIME(6) NOT NULL,
  `updated_at` DATETIME(6) NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE INDEX `cron_jobs_namespace_id_name` (`namespace_id`, `name`),
  INDEX `cron_jobs_project_id` (`project_id`),
  CONSTRAINT `cron_jobs_project_id_fkey` FOREIGN KEY (`project_id`) REFERENCES `tree_nodes` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE,
  CONSTRAINT `cron_jobs_namespace_id_fkey` FOREIGN KEY (`namespace_id`) REFERENCES `project_namespaces` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE `reconcile_units` (
  `id` CHAR(36) NOT NULL,
  `kind` VARCHAR(16) NOT NULL,
  `owner_id` CHAR(36) NOT NULL,
  `cluster_id` CHAR(36) NULL,
  `namespace` VARCHAR(63) NOT NULL,
  `wanted` INT NOT NULL,
  `applied` INT NULL,
  `is_removing` BOOLEAN NOT NULL,
  `due_at` DATETIME(6) NOT NULL,
  `lease_owner` VARCHAR(64) NULL,
  `lease_until` DATETIME(6) NULL,
  `fence` INT NOT NULL,
  `attempt` INT NOT NULL,
  `error` JSON NULL,
  `drift` JSON NULL,
  `status` JSON NULL,
  `applied_at` DATETIME(6) NULL,
  `checked_at` DATETIME(6) NULL,
  PRIMARY KEY (`id`),
  UNIQUE INDEX `reconcile_units_kind_owner_id_cluster_id_namespace` (`kind`, `owner_id`, `cluster_id`, `namespace`),
  INDEX `reconcile_units_due_at` (`due_at`),
  INDEX `reconcile_units_cluster_id` (`cluster_id`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE `reconciled_objects` (
  `id` CHAR(36) NOT NULL,
  `unit_id` CHAR(36) NOT NULL,
  `api_group` VARCHAR(253) NOT NULL,
  `version` VARCHAR(63) NOT NULL,
  `plural` VARCHAR(63) NOT NULL,
  `kind` VARCHAR(63) NOT NULL,
  `name` VARCHAR(253) NOT NULL,
  `uid` VARCHAR(64) NULL,
  `hash` CHAR(64) NULL,
  PRIMARY KEY (`id`),
  UNIQUE INDEX `reconciled_objects_unit_id_api_group_plural_name` (`unit_id`, `api_group`, `plural`, `name`),
  CONSTRAINT `reconciled_objects_unit_id_fkey` FOREIGN KEY (`unit_id`) REFERENCES `reconcile_units` (`id`) ON DELETE CASCADE ON UPDATE CASCADE
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

INSERT INTO `versions` (`name`, `version`) VALUES ('applications', 0);
