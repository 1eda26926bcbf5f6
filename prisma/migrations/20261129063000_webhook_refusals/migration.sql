ALTER TABLE `webhooks` ADD COLUMN `refused_calls` INT NOT NULL DEFAULT 0;
