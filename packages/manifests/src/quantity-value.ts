const factors: Readonly<Record<string, number>> = {
  '': 1,
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/** A quantity as a number, near enough to compare two; null of what is none. */
export function quantityValue(quantity: string): number | null {
  const [, digits, exponent, unit = ''] =
    /^(\d+(?:\.\d+)?)(?:([eE][-+]?\d+)|([A-Za-z]*))$/.exec(quantity) ?? [];
  const factor = factors[unit];
  return digits === undefined || factor === undefined ? null : Number(`${digits}${exponent ?? ''}`) * factor;
}
