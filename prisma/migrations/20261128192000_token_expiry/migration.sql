-- when the stored token ends, where it says so; known of credentials stored from now on
ALTER TABLE `clusters` ADD COLUMN `token_expires_at` DATETIME(6) NULL;
