/** Does the alternatives in turns, so that a disturbance meets all of them; returns what each gave, flattened. */
export async function interleave<const A extends readonly (() => Promise<number[]>)[]>(
  rounds: number,
  alternatives: A,
): Promise<{ [K in keyof A]: number[] }> {
  const results: number[][] = alternatives.map(() => []);
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, measure] of alternatives.entries()) results[index]?.push(...(await measure()));
  }
  return results as { [K in keyof A]: number[] };
}
