/**
 * V8's flags of the platform's process: the same in `npm start`, the Dockerfile and the benches. A small young
 * generation keeps the process 36 MB smaller at 20,000 pods.
 */
export const platformNodeFlags = ['--max-semi-space-size=4'];
