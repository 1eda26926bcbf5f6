ALTER TABLE `reconcile_units`
  ADD COLUMN `is_forced` BOOLEAN NOT NULL DEFAULT FALSE AFTER `wanted`,
  ADD COLUMN `applied_version` INT NULL AFTER `applied`;

ALTER TABLE `reconciled_objects` ADD COLUMN `owned` CHAR(64) NULL AFTER `hash`;
