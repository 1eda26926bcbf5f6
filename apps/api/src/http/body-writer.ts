import { row, type Endpoint } from '@pilothouse/contract';
import { z } from 'zod';

/** So many rows are kept as they are sent: some pages of every list somebody looks at. */
const mostRows = 5000;

let written = new WeakMap<object, Buffer>();
let kept = 0;

/**
 * A row's JSON as the contract has it. Rows never change and are sent many times, so each is checked, written and encoded
 * once: for a page of a hundred that is most of what an answer costs.
 */
function rowBytes(value: object): Buffer {
  const known = written.get(value);
  if (known !== undefined) return known;
  const bytes = Buffer.from(JSON.stringify(row.parse(value)));
  if (++kept > mostRows) [written, kept] = [new WeakMap(), 1];
  written.set(value, bytes);
  return bytes;
}

const opening = Buffer.from('{"items":[');
const comma = Buffer.from(',');

function isPageOfRows(schema: z.ZodType): schema is z.ZodObject<{ items: z.ZodArray<typeof row> }> {
  if (!(schema instanceof z.ZodObject)) return false;
  const { items } = schema.shape;
  return items instanceof z.ZodArray && items.element === row;
}

/**
 * Makes the body of an endpoint's answers: what its handler returned, held to the contract. Undefined where the
 * contract has no body. Throws ZodError.
 */
export function bodyWriter({
  response,
  produces,
}: Endpoint): (value: unknown) => string | Buffer | undefined {
  if (response === undefined) return () => undefined;
  if (produces === 'text') return (value) => response.parse(value) as string;
  if (!isPageOfRows(response)) return (value) => JSON.stringify(response.parse(value));
  return (value) => {
    const { items } = value as { items: object[] };
    const { items: _none, ...envelope } = response.parse({ ...(value as object), items: [] });
    const rows = items.flatMap((item, index) => (index === 0 ? [rowBytes(item)] : [comma, rowBytes(item)]));
    const rest = Buffer.from(`],${JSON.stringify(envelope).slice(1)}`);
    return Buffer.concat([opening, ...rows, rest]);
  };
}
