/** So many different values of a field are looked at before it is judged. */
const fewValues = 1000;
/** A value has to come this often on average for its field to be worth a pool. */
const worthwhileRepeats = 4;
const mostValues = 50_000;
/** Longer values are no names that rows share, and would be kept after their rows. */
const longestValue = 256;

interface FieldPool {
  values: Map<string, string>;
  seen: number;
}

/** One copy of the strings that rows share: nodes, owners, states. Fields whose values hardly repeat are left alone. */
export class StringPool {
  readonly #fields = new Map<string, FieldPool | null>();

  /** The copy to keep of a field's value. */
  intern(field: string, value: string): string {
    let pool = this.#fields.get(field);
    if (pool === null || value.length > longestValue) return value;
    if (pool === undefined) {
      pool = { values: new Map(), seen: 0 };
      this.#fields.set(field, pool);
    }
    pool.seen += 1;
    const known = pool.values.get(value);
    if (known !== undefined) return known;
    pool.values.set(value, value);
    const { size } = pool.values;
    if (size > mostValues || (size > fewValues && size * worthwhileRepeats > pool.seen)) {
      this.#fields.set(field, null);
    }
    return value;
  }
}
