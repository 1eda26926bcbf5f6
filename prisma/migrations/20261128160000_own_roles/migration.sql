ALTER TABLE `roles`
  ADD COLUMN `description` VARCHAR(500) COLLATE utf8mb4_unicode_ci NOT NULL DEFAULT '' AFTER `built_in`,
  ADD COLUMN `version` INTEGER NOT NULL DEFAULT 1 AFTER `description`;

ALTER TABLE `roles`
  ALTER COLUMN `description` DROP DEFAULT,
  ALTER COLUMN `version` DROP DEFAULT;

CREATE TABLE `group_nestings` (
  `parent_id` CHAR(36) NOT NULL,
  `child_id` CHAR(36) NOT NULL,
  `created_at` DATETIME(6) NOT NULL,
  PRIMARY KEY (`parent_id`, `child_id`),
  INDEX `group_nestings_child_id` (`child_id`),
  CONSTRAINT `group_nestings_parent_id_fkey` FOREIGN KEY (`parent_id`) REFERENCES `user_groups` (`id`) ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT `group_nestings_child_id_fkey` FOREIGN KEY (`child_id`) REFERENCES `user_groups` (`id`) ON DELETE CASCADE ON UPDATE CASCADE
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

ALTER TABLE `grants`
  ADD COLUMN `expires_at` DATETIME(6) NULL AFTER `tree_node_id`,
  ADD COLUMN `reason` VARCHAR(500) COLLATE utf8mb4_unicode_ci NOT NULL DEFAULT '' AFTER `expires_at`,
  ADD COLUMN `given_by` VARCHAR(64) NULL AFTER `reason`,
  ADD INDEX `grants_expires_at` (`expires_at`);

ALTER TABLE `grants`
  ALTER COLUMN `reason` DROP DEFAULT;
