import { describe, expect, test } from 'vitest';
import { AppError } from '../../http/app-error.ts';
import { planTreeRows, readTreeRows, type TreeRow } from './tree-rows.ts';

const row = (path: string, more: Partial<TreeRow> = {}): TreeRow => ({
  path,
  displayName: path,
  description: '',
  operations: [],
  development: [],
  developer: [],
  ...more,
});
const known = {
  nodes: new Map([row('acme'), row('acme.games', { operations: ['ann'] })].map((each) => [each.path, each])),
  levels: 3,
  isKnown: (name: string) => ['ann', 'bob', '@devs'].includes(name),
};
const plan = (csv: string) =>
  planTreeRows(readTreeRows(csv), known).map(({ path, state, problem }) => [
    path,
    state,
    problem?.code ?? '',
  ]);

describe('a file', () => {
  test('is read as spreadsheets write it', () => {
    const written = '\uFEFFpath;displayName;developer\r\nacme.games;"Games; all";"\'@devs bob,ann"\r\n\r\n';
    expect(readTreeRows(written)).toEqual([
      { line: 2, path: 'acme.games', displayName: 'Games; all', developer: ['@devs', 'bob', 'ann'] },
    ]);
    expect(readTreeRows('path\tdescription\nacme\t中文\n')).toMatchObject([{ description: '中文' }]);
  });

  test.each([
    ['an unknown column', 'path,owner\nacme,ann\n', /owner/],
    ['no path', 'displayName\nAcme\n', /path/],
    ['a cell too many', 'path,displayName\nacme,Acme,more\n', /./],
    ['a quote that does not end', 'path,displayName\nacme,"Acme\n', /./],
  ])('with %s is refused with the reason', (_what, csv, reason) => {
    const read = () => readTreeRows(csv);
    expect(read).toThrow(AppError);
    expect(() => {
      try {
        read();
      } catch (error) {
        throw new Error((error as AppError).params['reason'] as string, { cause: error });
      }
    }).toThrow(reason);
  });
});

describe('lines', () => {
  test('create, change, or leave', () => {
    expect(plan('path,operations\nacme,\nacme.games,ann\nacme.games.shop,bob\n')).toEqual([
      ['acme', 'unchanged', ''],
      ['acme.games', 'unchanged', ''],
      ['acme.games.shop', 'create', ''],
    ]);
    expect(
      planTreeRows(readTreeRows('path,operations,displayName\nacme.games,bob ann,\n'), known),
    ).toMatchObject([{ state: 'change', changes: [{ column: 'operations', from: 'ann', to: 'ann bob' }] }]);
  });

  test('may come in any order, but need what is above them', () => {
    expect(plan('path\nacme.tools.build\nacme.tools\nother.thing\n')).toEqual([
      ['acme.tools.build', 'create', ''],
      ['acme.tools', 'create', ''],
      ['other.thing', 'refused', 'noParent'],
    ]);
  });

  test('are refused one by one, with the reason', () => {
    const long = 'x'.repeat(101);
    expect(
      plan(
        `path,developer,displayName\nAcme,,\nacme..x,,\na.b.c.d,,\nnew,nobody,\nnewer,,${long}\nacme,,\nacme,,\n`,
      ),
    ).toEqual([
      ['Acme', 'refused', 'badPath'],
      ['acme..x', 'refused', 'badPath'],
      ['a.b.c.d', 'refused', 'tooDeep'],
      ['new', 'refused', 'unknownOwner'],
      ['newer', 'refused', 'tooLong'],
      ['acme', 'unchanged', ''],
      ['acme', 'refused', 'repeated'],
    ]);
  });
});
