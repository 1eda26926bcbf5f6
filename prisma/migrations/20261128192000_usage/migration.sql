-- what is used in clusters: by whom it is kept, of what, minute by minute, and packed
ALTER TABLE `clusters` ADD COLUMN `keeps_usage` BOOLEAN NOT NULL DEFAULT FALSE AFTER `timeout_ms`;
ALTER TABLE `clusters` ALTER COLUMN `keeps_usage` DROP DEFAULT;

CREATE TABLE `usage_leases` (
  `cluster_id` CHAR(36) NOT NULL,
  `owner` VARCHAR(64) NOT NULL,
  PRIMARY KEY (`cluster_id`),
  INDEX `usage_leases_owner` (`owner`),
  CONSTRAINT `usage_leases_cluster_id_fkey` FOREIGN KEY (`cluster_id`) REFERENCES `clusters` (`id`) ON DELETE CASCADE ON UPDATE CASCADE
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE `usage_series` (
  `id` INT NOT NULL AUTO_INCREMENT,
  `cluster_id` CHAR(36) NOT NULL,
  `target` VARCHAR(420) NOT NULL,
  `last_at` DATETIME(6) NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE INDEX `usage_series_cluster_id_target` (`cluster_id`, `target`),
  INDEX `usage_series_last_at` (`last_at`),
  CONSTRAINT `usage_series_cluster_id_fkey` FOREIGN KEY (`cluster_id`) REFERENCES `clusters` (`id`) ON DELETE CASCADE ON UPDATE CASCADE
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE `usage_frames` (
  `cluster_id` CHAR(36) NOT NULL,
  `at` DATETIME(6) NOT NULL,
  `data` MEDIUMBLOB NOT NULL,
  PRIMARY KEY (`cluster_id`, `at`),
  INDEX `usage_frames_at` (`at`),
  CONSTRAINT `usage_frames_cluster_id_fkey` FOREIGN KEY (`cluster_id`) REFERENCES `clusters` (`id`) ON DELETE CASCADE ON UPDATE CASCADE
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE `usage_blocks` (
  `series_id` INT NOT NULL,
  `resolution` INT NOT NULL,
  `start_at` DATETIME(6) NOT NULL,
  `data` BLOB NOT NULL,
  PRIMARY KEY (`series_id`, `resolution`, `start_at`),
  INDEX `usage_blocks_resolution_start_at` (`resolution`, `start_at`),
  CONSTRAINT `usage_blocks_series_id_fkey` FOREIGN KEY (`series_id`) REFERENCES `usage_series` (`id`) ON DELETE CASCADE ON UPDATE CASCADE
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
