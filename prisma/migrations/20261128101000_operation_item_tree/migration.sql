ALTER TABLE `operations`
  MODIFY COLUMN `input` JSON NULL,
  ADD COLUMN `sealed_input` LONGBLOB NULL,
  ADD INDEX `operations_updated_at` (`updated_at`);

-- An operation is retried once; of those that were retried twice the first retry keeps its name.
UPDATE `operations` `later` JOIN `operations` `earlier`
  ON `earlier`.`retry_of` = `later`.`retry_of` AND `earlier`.`id` < `later`.`id`
  SET `later`.`retry_of` = NULL;

ALTER TABLE `operations` ADD UNIQUE INDEX `operations_retry_of` (`retry_of`);

-- Steps were text in English; they are a code with parameters now, and only those of running items are ever shown.
ALTER TABLE `operation_items`
  DROP COLUMN `step`,
  ADD COLUMN `step` JSON NULL,
  MODIFY COLUMN `input` JSON NULL,
  ADD COLUMN `sealed_input` LONGBLOB NULL,
  ADD COLUMN `parent_id` CHAR(36) NULL,
  ADD COLUMN `has_children` BOOLEAN NOT NULL DEFAULT FALSE,
  ADD INDEX `operation_items_operation_id_parent_id_position` (`operation_id`, `parent_id`, `position`),
  ADD INDEX `operation_items_operation_id_has_children_state` (`operation_id`, `has_children`, `state`);
