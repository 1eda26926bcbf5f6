export { timesTheCost } from './times-the-cost.ts';
