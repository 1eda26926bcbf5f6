import { createDatabase } from '../../db/database.ts';
import { countingOperations } from './counting-operation.ts';

/** A process of its own that runs counting operations of the database in its first argument until it is killed. */
const { operations } = countingOperations(createDatabase(process.argv[2] ?? ''));
operations.start();
process.send?.('started');
