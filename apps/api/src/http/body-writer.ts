import { row, type Endpoint } from '@pilothouse/contract';
import { z } from 'zod';

/** Texts of so many rows are kept: some pages of every list somebody looks at. */
const mostTexts = 5000;

let texts = new WeakMap<object, string>();
let kept = 0;

/**
 * A row's JSON as the contract has it. Rows never change and are sent many times, so each is checked and written once:
 * for a page of a hundred that is most of what an answer costs.
 */
function rowText(value: object): string {
  const known = texts.get(value);
  if (known !== undefined) return known;
  const text = JSON.stringify(row.parse(value));
  if (++kept > mostTexts) [texts, kept] = [new WeakMap(), 1];
  texts.set(value, text);
  return text;
}

function isPageOfRows(schema: z.ZodType): schema is z.ZodObject<{ items: z.ZodArray<typeof row> }> {
  if (!(schema instanceof z.ZodObject)) return false;
  const { items } = schema.shape;
  return items instanceof z.ZodArray && items.element === row;
}

/**
 * Makes the body of an endpoint's answers: what its handler returned, held to the contract. Undefined where the
 * contract has no body. Throws ZodError.
 */
export function bodyWriter({ response, produces }: Endpoint): (value: unknown) => string | undefined {
  if (response === undefined) return () => undefined;
  if (produces === 'text') return (value) => response.parse(value) as string;
  if (!isPageOfRows(response)) return (value) => JSON.stringify(response.parse(value));
  return (value) => {
    const { items } = value as { items: object[] };
    const { items: _none, ...envelope } = response.parse({ ...(value as object), items: [] });
    return `{"items":[${items.map(rowText).join(',')}],${JSON.stringify(envelope).slice(1)}`;
  };
}
