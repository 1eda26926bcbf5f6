CREATE TABLE `tree_nodes` (
  `id` CHAR(36) NOT NULL,
  `parent_id` CHAR(36) NULL,
  `siblings_of` VARCHAR(36) NOT NULL,
  `name` VARCHAR(63) NOT NULL,
  `display_name` VARCHAR(100) COLLATE utf8mb4_unicode_ci NOT NULL,
  `description` VARCHAR(500) COLLATE utf8mb4_unicode_ci NOT NULL,
  `created_at` DATETIME(6) NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE INDEX `tree_nodes_siblings_of_name` (`siblings_of`, `name`),
  INDEX `tree_nodes_parent_id` (`parent_id`),
  CONSTRAINT `tree_nodes_parent_id_fkey` FOREIGN KEY (`parent_id`) REFERENCES `tree_nodes` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE `tree_owners` (
  `id` CHAR(36) NOT NULL,
  `node_id` CHAR(36) NOT NULL,
  `ownership` VARCHAR(16) NOT NULL,
  `user_id` CHAR(36) NULL,
  `group_id` CHAR(36) NULL,
  `created_at` DATETIME(6) NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE INDEX `tree_owners_node_id_ownership_user_id` (`node_id`, `ownership`, `user_id`),
  UNIQUE INDEX `tree_owners_node_id_ownership_group_id` (`node_id`, `ownership`, `group_id`),
  INDEX `tree_owners_user_id` (`user_id`),
  INDEX `tree_owners_group_id` (`group_id`),
  CONSTRAINT `tree_owners_node_id_fkey` FOREIGN KEY (`node_id`) REFERENCES `tree_nodes` (`id`) ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT `tree_owners_user_id_fkey` FOREIGN KEY (`user_id`) REFERENCES `users` (`id`) ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT `tree_owners_group_id_fkey` FOREIGN KEY (`group_id`) REFERENCES `user_groups` (`id`) ON DELETE CASCADE ON UPDATE CASCADE
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- nothing could be granted on a node before there were any
DELETE FROM `grants` WHERE `tree_node_id` IS NOT NULL;
ALTER TABLE `grants`
  ADD INDEX `grants_tree_node_id` (`tree_node_id`),
  ADD CONSTRAINT `grants_tree_node_id_fkey` FOREIGN KEY (`tree_node_id`) REFERENCES `tree_nodes` (`id`) ON DELETE CASCADE ON UPDATE CASCADE;
