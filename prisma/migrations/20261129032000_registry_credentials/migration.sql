CREATE TABLE `registry_credentials` (
  `id` CHAR(36) NOT NULL,
  `project_id` CHAR(36) NOT NULL,
  `cluster_id` CHAR(36) NULL,
  `place` VARCHAR(36) NOT NULL,
  `host` VARCHAR(253) NOT NULL,
  `username` VARCHAR(255) NOT NULL,
  `sealed_password` LONGBLOB NOT NULL,
  `author` VARCHAR(64) NOT NULL,
  `updated_at` DATETIME(6) NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE INDEX `registry_credentials_project_id_place_host` (`project_id`, `place`, `host`),
  INDEX `registry_credentials_cluster_id` (`cluster_id`),
  CONSTRAINT `registry_credentials_project_id_fkey` FOREIGN KEY (`project_id`) REFERENCES `tree_nodes` (`id`) ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT `registry_credentials_cluster_id_fkey` FOREIGN KEY (`cluster_id`) REFERENCES `clusters` (`id`) ON DELETE CASCADE ON UPDATE CASCADE
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
