CREATE TABLE `api_tokens` (
  `id` CHAR(36) NOT NULL,
  `user_id` CHAR(36) NOT NULL,
  `name` VARCHAR(100) COLLATE utf8mb4_unicode_ci NOT NULL,
  `token_hash` CHAR(64) NOT NULL,
  `created_at` DATETIME(6) NOT NULL,
  `expires_at` DATETIME(6) NOT NULL,
  `last_used_at` DATETIME(6) NULL,
  `revoked_at` DATETIME(6) NULL,
  `revoked_by` VARCHAR(64) NULL,
  PRIMARY KEY (`id`),
  UNIQUE INDEX `api_tokens_token_hash` (`token_hash`),
  INDEX `api_tokens_user_id` (`user_id`),
  INDEX `api_tokens_expires_at` (`expires_at`),
  CONSTRAINT `api_tokens_user_id_fkey` FOREIGN KEY (`user_id`) REFERENCES `users` (`id`) ON DELETE CASCADE ON UPDATE CASCADE
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE `api_token_scopes` (
  `id` CHAR(36) NOT NULL,
  `token_id` CHAR(36) NOT NULL,
  `role_id` CHAR(36) NOT NULL,
  `domain_kind` VARCHAR(16) NOT NULL,
  `cluster_id` CHAR(36) NULL,
  `namespace` VARCHAR(63) NULL,
  `tree_node_id` CHAR(36) NULL,
  PRIMARY KEY (`id`),
  INDEX `api_token_scopes_token_id` (`token_id`),
  INDEX `api_token_scopes_role_id` (`role_id`),
  INDEX `api_token_scopes_cluster_id` (`cluster_id`),
  INDEX `api_token_scopes_tree_node_id` (`tree_node_id`),
  CONSTRAINT `api_token_scopes_token_id_fkey` FOREIGN KEY (`token_id`) REFERENCES `api_tokens` (`id`) ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT `api_token_scopes_role_id_fkey` FOREIGN KEY (`role_id`) REFERENCES `roles` (`id`) ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT `api_token_scopes_cluster_id_fkey` FOREIGN KEY (`cluster_id`) REFERENCES `clusters` (`id`) ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT `api_token_scopes_tree_node_id_fkey` FOREIGN KEY (`tree_node_id`) REFERENCES `tree_nodes` (`id`) ON DELETE CASCADE ON UPDATE CASCADE
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
