-- who answers for a cluster, and the labels it is grouped and chosen by
ALTER TABLE `clusters`
  ADD COLUMN `owner` VARCHAR(100) COLLATE utf8mb4_unicode_ci NOT NULL DEFAULT '' AFTER `description`,
  ADD COLUMN `labels` JSON NULL AFTER `owner`;
UPDATE `clusters` SET `labels` = '{}';
ALTER TABLE `clusters` ALTER COLUMN `owner` DROP DEFAULT, MODIFY COLUMN `labels` JSON NOT NULL;
