/** Something a person has to know or do; `npm start` prints its message alone, without a stack. */
export class StartError extends Error {}
