-- Names, ids and hashes compare byte by byte (utf8mb4_bin); people's text as people sort it (utf8mb4_unicode_ci, which
-- MySQL and MariaDB both know). Each statement is recorded as it is done, see apps/api/src/db/migrate.ts.

CREATE TABLE `users` (
  `id` CHAR(36) NOT NULL,
  `username` VARCHAR(64) NOT NULL,
  `display_name` VARCHAR(100) COLLATE utf8mb4_unicode_ci NOT NULL,
  `password_hash` VARCHAR(255) NOT NULL,
  `must_change_password` BOOLEAN NOT NULL,
  `password_changed_at` DATETIME(6) NOT NULL,
  `disabled_at` DATETIME(6) NULL,
  `created_at` DATETIME(6) NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE INDEX `users_username` (`username`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE `sessions` (
  `id` CHAR(36) NOT NULL,
  `user_id` CHAR(36) NOT NULL,
  `refresh_hash` CHAR(64) NOT NULL,
  `previous_hash` CHAR(64) NULL,
  `rotated_at` DATETIME(6) NOT NULL,
  `address` VARCHAR(64) NOT NULL,
  `user_agent` VARCHAR(255) NOT NULL,
  `created_at` DATETIME(6) NOT NULL,
  `expires_at` DATETIME(6) NOT NULL,
  `ended_at` DATETIME(6) NULL,
  `end_reason` VARCHAR(32) NULL,
  PRIMARY KEY (`id`),
  UNIQUE INDEX `sessions_refresh_hash` (`refresh_hash`),
  UNIQUE INDEX `sessions_previous_hash` (`previous_hash`),
  INDEX `sessions_user_id` (`user_id`),
  INDEX `sessions_expires_at` (`expires_at`),
  CONSTRAINT `sessions_user_id_fkey` FOREIGN KEY (`user_id`) REFERENCES `users` (`id`) ON DELETE CASCADE ON UPDATE CASCADE
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE `versions` (
  `name` VARCHAR(32) NOT NULL,
  `version` BIGINT NOT NULL,
  PRIMARY KEY (`name`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE `roles` (
  `id` CHAR(36) NOT NULL,
  `name` VARCHAR(63) NOT NULL,
  `built_in` BOOLEAN NOT NULL,
  `created_at` DATETIME(6) NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE INDEX `roles_name` (`name`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE `permissions` (
  `role_id` CHAR(36) NOT NULL,
  `object` VARCHAR(255) NOT NULL,
  `action` VARCHAR(32) NOT NULL,
  PRIMARY KEY (`role_id`, `object`, `action`),
  CONSTRAINT `permissions_role_id_fkey` FOREIGN KEY (`role_id`) REFERENCES `roles` (`id`) ON DELETE CASCADE ON UPDATE CASCADE
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE `clusters` (
  `id` CHAR(36) NOT NULL,
  `name` VARCHAR(63) NOT NULL,
  `display_name` VARCHAR(100) COLLATE utf8mb4_unicode_ci NOT NULL,
  `environment` VARCHAR(16) NOT NULL,
  `description` TEXT COLLATE utf8mb4_unicode_ci NOT NULL,
  `timeout_ms` INTEGER NOT NULL,
  `server` VARCHAR(2048) NOT NULL,
  `context` VARCHAR(253) NOT NULL,
  `insecure_skip_tls_verify` BOOLEAN NOT NULL,
  `certificate_expires_at` DATETIME(6) NULL,
  `ca_expires_at` DATETIME(6) NULL,
  `source` VARCHAR(16) NOT NULL,
  `credential` LONGBLOB NOT NULL,
  `connection_version` INTEGER NOT NULL,
  `created_at` DATETIME(6) NOT NULL,
  `updated_at` DATETIME(6) NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE INDEX `clusters_name` (`name`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE `cluster_health` (
  `cluster_id` CHAR(36) NOT NULL,
  `state` VARCHAR(16) NOT NULL,
  `since` DATETIME(6) NULL,
  `at` DATETIME(6) NULL,
  `ok` BOOLEAN NULL,
  `reason` VARCHAR(64) NULL,
  `detail` VARCHAR(1000) NULL,
  `version` VARCHAR(64) NULL,
  `latency_ms` DOUBLE NULL,
  `nodes` INTEGER NULL,
  `next_probe_at` DATETIME(6) NOT NULL,
  PRIMARY KEY (`cluster_id`),
  INDEX `cluster_health_next_probe_at` (`next_probe_at`),
  CONSTRAINT `cluster_health_cluster_id_fkey` FOREIGN KEY (`cluster_id`) REFERENCES `clusters` (`id`) ON DELETE CASCADE ON UPDATE CASCADE
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE `cluster_probes` (
  `id` CHAR(36) NOT NULL,
  `cluster_id` CHAR(36) NOT NULL,
  `at` DATETIME(6) NOT NULL,
  `ok` BOOLEAN NOT NULL,
  `reason` VARCHAR(64) NULL,
  `detail` VARCHAR(1000) NULL,
  `version` VARCHAR(64) NULL,
  `latency_ms` DOUBLE NULL,
  `nodes` INTEGER NULL,
  PRIMARY KEY (`id`),
  INDEX `cluster_probes_cluster_id_at` (`cluster_id`, `at`),
  CONSTRAINT `cluster_probes_cluster_id_fkey` FOREIGN KEY (`cluster_id`) REFERENCES `clusters` (`id`) ON DELETE CASCADE ON UPDATE CASCADE
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE `kubeconfig_files` (
  `id` CHAR(36) NOT NULL,
  `file` VARCHAR(255) NOT NULL,
  `content_hash` CHAR(64) NOT NULL,
  `handled_at` DATETIME(6) NOT NULL,
  `cluster_id` CHAR(36) NULL,
  PRIMARY KEY (`id`),
  UNIQUE INDEX `kubeconfig_files_file_content_hash` (`file`, `content_hash`),
  INDEX `kubeconfig_files_cluster_id` (`cluster_id`),
  CONSTRAINT `kubeconfig_files_cluster_id_fkey` FOREIGN KEY (`cluster_id`) REFERENCES `clusters` (`id`) ON DELETE SET NULL ON UPDATE CASCADE
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE `grants` (
  `id` CHAR(36) NOT NULL,
  `user_id` CHAR(36) NOT NULL,
  `role_id` CHAR(36) NOT NULL,
  `domain` VARCHAR(128) NOT NULL,
  `cluster_id` CHAR(36) NULL,
  `namespace` VARCHAR(63) NULL,
  `created_at` DATETIME(6) NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE INDEX `grants_user_id_role_id_domain` (`user_id`, `role_id`, `domain`),
  INDEX `grants_role_id` (`role_id`),
  INDEX `grants_cluster_id` (`cluster_id`),
  CONSTRAINT `grants_user_id_fkey` FOREIGN KEY (`user_id`) REFERENCES `users` (`id`) ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT `grants_role_id_fkey` FOREIGN KEY (`role_id`) REFERENCES `roles` (`id`) ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT `grants_cluster_id_fkey` FOREIGN KEY (`cluster_id`) REFERENCES `clusters` (`id`) ON DELETE CASCADE ON UPDATE CASCADE
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE `menus` (
  `id` CHAR(36) NOT NULL,
  `parent_id` CHAR(36) NULL,
  `menu_key` VARCHAR(64) NOT NULL,
  `path` VARCHAR(255) NULL,
  `icon` VARCHAR(64) NOT NULL,
  `position` INTEGER NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE INDEX `menus_menu_key` (`menu_key`),
  INDEX `menus_parent_id` (`parent_id`),
  CONSTRAINT `menus_parent_id_fkey` FOREIGN KEY (`parent_id`) REFERENCES `menus` (`id`) ON DELETE CASCADE ON UPDATE CASCADE
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE `role_menus` (
  `role_id` CHAR(36) NOT NULL,
  `menu_id` CHAR(36) NOT NULL,
  PRIMARY KEY (`role_id`, `menu_id`),
  INDEX `role_menus_menu_id` (`menu_id`),
  CONSTRAINT `role_menus_role_id_fkey` FOREIGN KEY (`role_id`) REFERENCES `roles` (`id`) ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT `role_menus_menu_id_fkey` FOREIGN KEY (`menu_id`) REFERENCES `menus` (`id`) ON DELETE CASCADE ON UPDATE CASCADE
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE `operations` (
  `id` CHAR(36) NOT NULL,
  `kind` VARCHAR(64) NOT NULL,
  `input` JSON NOT NULL,
  `state` VARCHAR(16) NOT NULL,
  `actor_id` CHAR(36) NULL,
  `actor` VARCHAR(64) NOT NULL,
  `address` VARCHAR(64) NOT NULL,
  `cluster_id` CHAR(36) NULL,
  `cluster` VARCHAR(63) NULL,
  `cancel_requested` BOOLEAN NOT NULL,
  `lease_owner` VARCHAR(64) NULL,
  `lease_until` DATETIME(6) NULL,
  `fence` INTEGER NOT NULL,
  `attempt` INTEGER NOT NULL,
  `retry_of` CHAR(36) NULL,
  `created_at` DATETIME(6) NOT NULL,
  `started_at` DATETIME(6) NULL,
  `ended_at` DATETIME(6) NULL,
  `updated_at` DATETIME(6) NOT NULL,
  PRIMARY KEY (`id`),
  INDEX `operations_state_lease_until` (`state`, `lease_until`),
  INDEX `operations_actor_id_created_at` (`actor_id`, `created_at`),
  INDEX `operations_created_at` (`created_at`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE `operation_items` (
  `id` CHAR(36) NOT NULL,
  `operation_id` CHAR(36) NOT NULL,
  `position` INTEGER NOT NULL,
  `target` VARCHAR(512) NOT NULL,
  `input` JSON NOT NULL,
  `step` VARCHAR(512) NULL,
  `state` VARCHAR(16) NOT NULL,
  `result` JSON NULL,
  `audit_id` CHAR(36) NULL,
  `started_at` DATETIME(6) NULL,
  `ended_at` DATETIME(6) NULL,
  PRIMARY KEY (`id`),
  UNIQUE INDEX `operation_items_operation_id_position` (`operation_id`, `position`),
  CONSTRAINT `operation_items_operation_id_fkey` FOREIGN KEY (`operation_id`) REFERENCES `operations` (`id`) ON DELETE CASCADE ON UPDATE CASCADE
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE `audit_events` (
  `id` CHAR(36) NOT NULL,
  `at` DATETIME(6) NOT NULL,
  `code` VARCHAR(64) NOT NULL,
  `user_id` CHAR(36) NULL,
  `username` VARCHAR(64) NULL,
  `address` VARCHAR(64) NOT NULL,
  `cluster` VARCHAR(63) NULL,
  `namespace` VARCHAR(63) NULL,
  `resource` VARCHAR(255) NULL,
  `name` VARCHAR(253) NULL,
  `params` JSON NOT NULL,
  `outcome` VARCHAR(16) NOT NULL,
  `status` INTEGER NULL,
  `reason` VARCHAR(64) NULL,
  `cluster_status` INTEGER NULL,
  `audit_id` CHAR(36) NOT NULL,
  `request_id` VARCHAR(64) NULL,
  `ended_at` DATETIME(6) NULL,
  PRIMARY KEY (`id`),
  INDEX `audit_events_at` (`at`),
  INDEX `audit_events_username_at` (`username`, `at`),
  INDEX `audit_events_cluster_at` (`cluster`, `at`),
  INDEX `audit_events_audit_id` (`audit_id`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE `tickets` (
  `id` CHAR(36) NOT NULL,
  `token_hash` CHAR(64) NOT NULL,
  `user_id` CHAR(36) NOT NULL,
  `session_id` CHAR(36) NOT NULL,
  `purpose` VARCHAR(16) NOT NULL,
  `request` JSON NOT NULL,
  `created_at` DATETIME(6) NOT NULL,
  `expires_at` DATETIME(6) NOT NULL,
  `used_at` DATETIME(6) NULL,
  PRIMARY KEY (`id`),
  UNIQUE INDEX `tickets_token_hash` (`token_hash`),
  INDEX `tickets_expires_at` (`expires_at`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE `terminals` (
  `id` CHAR(36) NOT NULL,
  `user_id` CHAR(36) NOT NULL,
  `username` VARCHAR(64) NOT NULL,
  `cluster_id` CHAR(36) NOT NULL,
  `cluster` VARCHAR(63) NOT NULL,
  `namespace` VARCHAR(63) NOT NULL,
  `pod` VARCHAR(253) NOT NULL,
  `pod_uid` VARCHAR(64) NOT NULL,
  `container` VARCHAR(63) NOT NULL,
  `shell` VARCHAR(255) NOT NULL,
  `replica` VARCHAR(64) NOT NULL,
  `audit_id` CHAR(36) NOT NULL,
  `shell_pid` INTEGER NULL,
  `shell_start` VARCHAR(32) NULL,
  `started_at` DATETIME(6) NOT NULL,
  `heartbeat_at` DATETIME(6) NULL,
  `ended_at` DATETIME(6) NULL,
  `exit_code` INTEGER NULL,
  `end_reason` VARCHAR(32) NULL,
  `recording_bytes` BIGINT NOT NULL,
  `truncated` BOOLEAN NOT NULL,
  PRIMARY KEY (`id`),
  INDEX `terminals_started_at` (`started_at`),
  INDEX `terminals_user_id_started_at` (`user_id`, `started_at`),
  INDEX `terminals_ended_at_replica` (`ended_at`, `replica`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE `terminal_chunks` (
  `id` CHAR(36) NOT NULL,
  `terminal_id` CHAR(36) NOT NULL,
  `seq` INTEGER NOT NULL,
  `data` MEDIUMBLOB NOT NULL,
  `created_at` DATETIME(6) NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE INDEX `terminal_chunks_terminal_id_seq` (`terminal_id`, `seq`),
  CONSTRAINT `terminal_chunks_terminal_id_fkey` FOREIGN KEY (`terminal_id`) REFERENCES `terminals` (`id`) ON DELETE CASCADE ON UPDATE CASCADE
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

INSERT IGNORE INTO `versions` (`name`, `version`) VALUES ('access', 1), ('policies', 1), ('clusters', 1);
