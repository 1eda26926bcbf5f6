ALTER TABLE `terminals`
  ADD COLUMN `node` VARCHAR(253) NULL AFTER `container`,
  ADD COLUMN `pod_left` BOOLEAN NOT NULL DEFAULT FALSE AFTER `node`,
  ADD INDEX `terminals_pod_left` (`pod_left`);
