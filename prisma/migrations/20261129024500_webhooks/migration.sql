CREATE TABLE `webhooks` (
  `id` CHAR(36) NOT NULL,
  `application_id` CHAR(36) NOT NULL,
  `name` VARCHAR(100) COLLATE utf8mb4_unicode_ci NOT NULL,
  `sender` VARCHAR(16) NOT NULL,
  `is_enabled` BOOLEAN NOT NULL,
  `rule` JSON NOT NULL,
  `maker_id` CHAR(36) NOT NULL,
  `sealed_secret` LONGBLOB NOT NULL,
  `last_delivery_at` DATETIME(6) NULL,
  `busy_by` CHAR(36) NULL,
  `busy_until` DATETIME(6) NULL,
  `created_at` DATETIME(6) NOT NULL,
  PRIMARY KEY (`id`),
  INDEX `webhooks_application_id` (`application_id`),
  INDEX `webhooks_maker_id` (`maker_id`),
  CONSTRAINT `webhooks_application_id_fkey` FOREIGN KEY (`application_id`) REFERENCES `tree_nodes` (`id`) ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT `webhooks_maker_id_fkey` FOREIGN KEY (`maker_id`) REFERENCES `users` (`id`) ON DELETE CASCADE ON UPDATE CASCADE
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE `webhook_deliveries` (
  `id` CHAR(36) NOT NULL,
  `webhook_id` CHAR(36) NOT NULL,
  `digest` CHAR(64) NULL,
  `at` DATETIME(6) NOT NULL,
  `push` JSON NOT NULL,
  `outcome` VARCHAR(16) NOT NULL,
  `result` JSON NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE INDEX `webhook_deliveries_webhook_id_digest` (`webhook_id`, `digest`),
  INDEX `webhook_deliveries_webhook_id_at` (`webhook_id`, `at`),
  INDEX `webhook_deliveries_at` (`at`),
  CONSTRAINT `webhook_deliveries_webhook_id_fkey` FOREIGN KEY (`webhook_id`) REFERENCES `webhooks` (`id`) ON DELETE CASCADE ON UPDATE CASCADE
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE `webhook_instances` (
  `id` CHAR(36) NOT NULL,
  `webhook_id` CHAR(36) NOT NULL,
  `instance_id` CHAR(36) NOT NULL,
  `is_made` BOOLEAN NOT NULL,
  `kind` VARCHAR(8) NOT NULL,
  `ref` VARCHAR(300) NOT NULL,
  `commit` VARCHAR(64) NULL,
  `committed_at` DATETIME(6) NULL,
  `remove_at` DATETIME(6) NULL,
  PRIMARY KEY (`id`),
  UNIQUE INDEX `webhook_instances_webhook_id_instance_id` (`webhook_id`, `instance_id`),
  INDEX `webhook_instances_instance_id` (`instance_id`),
  INDEX `webhook_instances_remove_at` (`remove_at`),
  CONSTRAINT `webhook_instances_webhook_id_fkey` FOREIGN KEY (`webhook_id`) REFERENCES `webhooks` (`id`) ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT `webhook_instances_instance_id_fkey` FOREIGN KEY (`instance_id`) REFERENCES `instances` (`id`) ON DELETE CASCADE ON UPDATE CASCADE
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
