export { lackOf, needing, needs, type Possible } from './needs.ts';
export { timesTheCost } from './times-the-cost.ts';
export { timesTheWait } from './times-the-wait.ts';
export { within } from './within.ts';
