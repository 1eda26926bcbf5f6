-- Objects before and after a write through the platform.

CREATE TABLE `object_history` (
  `id` CHAR(36) NOT NULL,
  `cluster_id` CHAR(36) NOT NULL,
  `api_group` VARCHAR(253) NOT NULL,
  `plural` VARCHAR(63) NOT NULL,
  `namespace` VARCHAR(63) NOT NULL,
  `name` VARCHAR(253) NOT NULL,
  `uid` VARCHAR(64) NULL,
  `verb` VARCHAR(64) NOT NULL,
  `user_id` CHAR(36) NULL,
  `username` VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci NOT NULL,
  `audit_id` CHAR(36) NOT NULL,
  `at` DATETIME(6) NOT NULL,
  `ended_at` DATETIME(6) NULL,
  `before_image` LONGBLOB NULL,
  `after_image` LONGBLOB NULL,
  `bytes` INT NOT NULL,
  PRIMARY KEY (`id`),
  INDEX `object_history_object` (`cluster_id`, `api_group`, `plural`, `namespace`, `name`, `id`),
  INDEX `object_history_at` (`at`),
  CONSTRAINT `object_history_cluster_id_fkey` FOREIGN KEY (`cluster_id`) REFERENCES `clusters` (`id`) ON DELETE CASCADE ON UPDATE CASCADE
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
