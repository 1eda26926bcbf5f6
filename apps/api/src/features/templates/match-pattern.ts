import { createContext, Script, type Context } from 'node:vm';
import type { Matches } from '@pilothouse/kinds';

/** For all patterns of a call together: what somebody wrote may take for ever on some text. */
const mostMs = 100;
const script = new Script('new RegExp("^(?:" + pattern + ")$", "u").test(text)');

/** Matches patterns of templates within a bound of time; what takes longer does not match. */
export function boundedMatches(): Matches {
  let left = mostMs;
  const context = createContext(Object.create(null) as Context);
  return (pattern, text) => {
    if (left < 1) return false;
    const start = performance.now();
    try {
      Object.assign(context, { pattern, text });
      return script.runInContext(context, { timeout: Math.ceil(left) }) === true;
    } catch {
      return false;
    } finally {
      left -= performance.now() - start;
    }
  };
}
