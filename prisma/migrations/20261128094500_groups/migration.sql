CREATE TABLE `user_groups` (
  `id` CHAR(36) NOT NULL,
  `name` VARCHAR(64) NOT NULL,
  `display_name` VARCHAR(100) COLLATE utf8mb4_unicode_ci NOT NULL,
  `created_at` DATETIME(6) NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE INDEX `user_groups_name` (`name`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE `group_members` (
  `group_id` CHAR(36) NOT NULL,
  `user_id` CHAR(36) NOT NULL,
  `created_at` DATETIME(6) NOT NULL,
  PRIMARY KEY (`group_id`, `user_id`),
  INDEX `group_members_user_id` (`user_id`),
  CONSTRAINT `group_members_group_id_fkey` FOREIGN KEY (`group_id`) REFERENCES `user_groups` (`id`) ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT `group_members_user_id_fkey` FOREIGN KEY (`user_id`) REFERENCES `users` (`id`) ON DELETE CASCADE ON UPDATE CASCADE
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- Grants so far are of users, everywhere or in clusters.
ALTER TABLE `grants`
  ADD COLUMN `subject_kind` VARCHAR(8) NOT NULL DEFAULT 'user' AFTER `id`,
  MODIFY COLUMN `user_id` CHAR(36) NULL,
  ADD COLUMN `group_id` CHAR(36) NULL AFTER `user_id`,
  ADD COLUMN `domain_kind` VARCHAR(16) NOT NULL DEFAULT 'all' AFTER `role_id`,
  ADD COLUMN `tree_node_id` CHAR(36) NULL AFTER `namespace`,
  ADD UNIQUE INDEX `grants_group_id_role_id_domain` (`group_id`, `role_id`, `domain`),
  ADD CONSTRAINT `grants_group_id_fkey` FOREIGN KEY (`group_id`) REFERENCES `user_groups` (`id`) ON DELETE CASCADE ON UPDATE CASCADE;

UPDATE `grants` SET `domain_kind` = CASE
  WHEN `domain` = '*' THEN 'all'
  WHEN `namespace` IS NULL THEN 'cluster'
  ELSE 'namespace'
END;

ALTER TABLE `grants`
  ALTER COLUMN `subject_kind` DROP DEFAULT,
  ALTER COLUMN `domain_kind` DROP DEFAULT;
