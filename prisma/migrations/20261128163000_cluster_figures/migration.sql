-- what each cluster holds, for the page of all clusters
CREATE TABLE `cluster_figures` (
  `cluster_id` CHAR(36) NOT NULL,
  `counts` JSON NULL,
  `counted_at` DATETIME(6) NULL,
  `next_count_at` DATETIME(6) NOT NULL,
  `requests` JSON NULL,
  `swept_at` DATETIME(6) NULL,
  `next_sweep_at` DATETIME(6) NOT NULL,
  PRIMARY KEY (`cluster_id`),
  INDEX `cluster_figures_next_count_at` (`next_count_at`),
  INDEX `cluster_figures_next_sweep_at` (`next_sweep_at`),
  CONSTRAINT `cluster_figures_cluster_id_fkey` FOREIGN KEY (`cluster_id`) REFERENCES `clusters` (`id`) ON DELETE CASCADE ON UPDATE CASCADE
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
