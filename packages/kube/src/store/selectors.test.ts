import { describe, expect, it } from 'vitest';
import { parseFieldSelector, parseLabelSelector } from './selectors.ts';

const labels = { app: 'web', tier: '', 'example.com/size': '12', release: 'v1.2' };

describe('parseLabelSelector', () => {
  it.each([
    '',
    'app=web',
    'app==web',
    'app = web',
    'app!=db',
    'gone!=x',
    'app in (db, web)',
    'app notin (db)',
    'gone notin (db)',
    'app',
    '!gone',
    'tier=',
    'example.com/size>11',
    'example.com/size<13',
    'app=web,release=v1.2,!gone',
    'app in (a,web),tier',
  ])('%j matches', (text) => {
    expect(parseLabelSelector(text)(labels)).toBe(true);
  });

  it.each([
    'app=db',
    'app!=web',
    'app in (db)',
    'app notin (web,db)',
    'gone',
    '!app',
    'gone=',
    'example.com/size>12',
    'app>1',
    'app=web,gone',
    'toString',
  ])('%j does not match', (text) => {
    expect(parseLabelSelector(text)(labels)).toBe(false);
  });

  it.each([
    ['=x', 'notLabelName', '"=x"'],
    ['a=b=c', 'notLabelName', '"a=b=c"'],
    ['a,,b', 'emptyTerm', '""'],
    [',', 'emptyTerm', '""'],
    ['a in', 'notLabelName', '"a in"'],
    ['a in (b', 'notLabelName', '"a in (b"'],
    ['a in b', 'notLabelName', '"a in b"'],
    ['a b', 'notLabelName', '"a b"'],
    ['a>x', 'notWholeNumber', '"x"'],
    ['!', 'notLabelName', '""'],
    ['é=1', 'notLabelName', '"é"'],
    ['a=b c', 'notLabelName', '"a=b c"'],
    ['a in (b,c d)', 'notLabelValue', '"c d"'],
    [`a=${'x'.repeat(64)}`, 'notLabelValue', `"${'x'.repeat(64)}"`],
    ['a;b', 'notLabelName', '"a;b"'],
  ])('%j is refused: %s', (text, problem, value) => {
    expect(() => parseLabelSelector(text)).toThrow(
      expect.objectContaining({ reason: 'badSelector', params: { problem, value } }),
    );
  });
});

describe('parseFieldSelector', () => {
  const row: Record<string, string> = { 'metadata.name': 'web', 'spec.nodeName': 'a,b' };
  const parse = (text: string) =>
    parseFieldSelector(text, new Set(Object.keys(row)), (r: typeof row, p) => r[p] ?? '');

  it.each([
    '',
    'metadata.name=web',
    'metadata.name==web',
    'metadata.name!=db',
    'spec.nodeName=a\\,b,metadata.name=web',
  ])('%j matches', (text) => {
    expect(parse(text)(row)).toBe(true);
  });

  it.each(['metadata.name=db', 'metadata.name!=web', 'metadata.name='])('%j does not match', (text) => {
    expect(parse(text)(row)).toBe(false);
  });

  it.each([
    'status.phase=Running',
    'metadata.name',
    'a,b',
    '=',
    ',',
    'metadata.name=web,',
    'metadata.name=a=b',
    'x\\',
  ])('%j is refused', (text) => {
    expect(() => parse(text)).toThrow(expect.objectContaining({ reason: 'badSelector' }));
  });
});
