-- a day of probes, packed: a row for a cluster and hour, in the place of one for each probe
CREATE TABLE `cluster_probe_hours` (
  `cluster_id` CHAR(36) NOT NULL,
  `hour` DATETIME(6) NOT NULL,
  `minutes` VARBINARY(180) NOT NULL,
  PRIMARY KEY (`cluster_id`, `hour`),
  INDEX `cluster_probe_hours_hour` (`hour`),
  CONSTRAINT `cluster_probe_hours_cluster_id_fkey` FOREIGN KEY (`cluster_id`) REFERENCES `clusters` (`id`) ON DELETE CASCADE ON UPDATE CASCADE
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

DROP TABLE `cluster_probes`;
