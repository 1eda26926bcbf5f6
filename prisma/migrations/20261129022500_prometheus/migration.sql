-- the Prometheus that a cluster's charts come from
CREATE TABLE `prometheus_servers` (
  `id` CHAR(36) NOT NULL,
  `cluster_id` CHAR(36) NOT NULL,
  `url` VARCHAR(2048) NOT NULL,
  `token` LONGBLOB NULL,
  PRIMARY KEY (`id`),
  UNIQUE INDEX `prometheus_servers_cluster_id` (`cluster_id`),
  CONSTRAINT `prometheus_servers_cluster_id_fkey` FOREIGN KEY (`cluster_id`) REFERENCES `clusters` (`id`) ON DELETE CASCADE ON UPDATE CASCADE
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
