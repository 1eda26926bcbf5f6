-- what pods request in each namespace, from the same pass over all of them
ALTER TABLE `cluster_figures` ADD COLUMN `namespaces` JSON NULL;
