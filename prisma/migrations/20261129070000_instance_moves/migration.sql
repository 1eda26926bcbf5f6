ALTER TABLE `instances`
  ADD COLUMN `moving_to_id` CHAR(36) NULL,
  ADD INDEX `instances_moving_to_id` (`moving_to_id`),
  ADD CONSTRAINT `instances_moving_to_id_fkey` FOREIGN KEY (`moving_to_id`) REFERENCES `project_namespaces` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE;
