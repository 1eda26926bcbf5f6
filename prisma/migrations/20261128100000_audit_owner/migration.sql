-- Who is at work: a process of the platform is alive while it renews its lease.

CREATE TABLE `processes` (
  `id` VARCHAR(64) NOT NULL,
  `lease_until` DATETIME(6) NOT NULL,
  PRIMARY KEY (`id`)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- Rows that are pending without an owner are of processes before this migration; the first sweep closes them.
ALTER TABLE `audit_events`
  ADD COLUMN `owner` VARCHAR(64) NULL,
  ADD INDEX `audit_events_outcome_at` (`outcome`, `at`),
  ADD INDEX `audit_events_code_at` (`code`, `at`),
  ADD INDEX `audit_events_name_at` (`name`, `at`);
