-- the namespace that the kubeconfig's context names
ALTER TABLE `clusters` ADD COLUMN `namespace` VARCHAR(63) NULL AFTER `context`;
