/**
 * Records what the real kubectl makes of YAML: writes fixtures/kubectl-yaml.json.
 *
 *     KUBECTL=/path/to/kubectl node packages/kinds/scripts/record-kubectl-yaml.ts
 *
 * `kubectl label --local` reads a file as every other command does and needs no server.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const kubectl = process.env.KUBECTL ?? 'kubectl';

/** Scalars without spaces, by the kind of trap. */
const words = [
  'y Y yes Yes YES yES n N no No NO on On ON off Off OFF oN true True TRUE tRUE false False FALSE t f T F',
  '~ null Null NULL nULL nil none None undefined',
  '0 -0 +0 1 -1 +1 00 01 0755 -0755 +0755 08 09 0o17 0O17 0o8 0o 0x1F 0X1f -0x1F +0x1F 0x 0xG 0b11 0B11 -0b11 0b 0b2',
  '1_000 1__0 5_ _5 0x_1F 0_7 0_8 12e03 + - --1 1- 1,000',
  '9007199254740991 9007199254740993 9223372036854775807 9223372036854775808 -9223372036854775808',
  '-9223372036854775809 18446744073709551615 18446744073709551616 123456789012345678901234567890',
  '0xFFFFFFFFFFFFFFFF 0x1FFFFFFFFFFFFFFFF 0777777777777777777777777',
  '1.0 1.5 -1.5 +1.5 1. .5 -.5 +.5 . .. .5. 1.2.3 1e3 1E3 1e+3 1e-3 1.5e3 1e e3 1e3.5 .5e3 .e3 .5_0 1_0.5_0',
  '1e400 1e-400 1e21 1e20 1e-7 0.1 1.10 0x1p-2',
  '.inf -.inf +.inf .Inf .INF .iNF .nan .NaN .NAN inf nan Infinity +Inf NaN',
  '22:22 1:30:45 190:20:30.15 2001-01-01 2001-1-1 2001-12-14t21:59:43.10-05:00',
  '10m 1Gi 1.5Gi 1.2.3.4 10.0.0.0/8 v1.2 1.36.3 0.1.0 12:34:56:78 a',
  `"5" '5' "yes" '0755' "" '' "\\u00e9\\n" 'it''s' !!str`,
].flatMap((line) => line.split(' '));

const scalars = [
  ...words,
  '',
  '5 6',
  '5 # note',
  '2001-12-14 21:59:43',
  ...['5', 'yes', '2001-01-01'].map((text) => `!!str ${text}`),
  ...['"5"', '0x1F', 'abc', '1e3'].map((text) => `!!int ${text}`),
  ...['5', '"1.5"', 'abc'].map((text) => `!!float ${text}`),
  ...['"yes"', '1'].map((text) => `!!bool ${text}`),
  ...['""', 'x'].map((text) => `!!null ${text}`),
  ...['aGVsbG8=', '"%%"'].map((text) => `!!binary ${text}`),
  '!custom 5',
  '! 5',
  '!!timestamp 2001-01-01',
];

const keys = [
  ...'y yes no true on 1 0755 0x1F 1.5 1e3 1e5 1e6 1e7 1e21 0.0001 0.00001 0.1 1.10 -1 123456789 16777217.5'.split(
    ' ',
  ),
  ...'~ null "" "1" 22:22 2001-01-01 .inf .nan 9007199254740993'.split(' '),
  '!!str 5',
];

const texts = [
  'a: 1\n  b: 2',
  'base: &b {x: 1, y2: 2}\nuse: {<<: *b, x: 9}',
  'base: &b {x: 1, y2: 2}\nuse: {x: 9, <<: *b}',
  'base: &b {x: 1, y2: 2}\nuse: {x: 9, "<<": *b}',
  'a: &a {x: 1}\nb: &b {x: 2, z: 3}\nuse:\n  <<: [*a, *b]\n  w: 4',
  'use:\n  <<: 5',
  'use:\n  <<: [1]',
  'use:\n  <<:\n  a: 1',
  'a: &a [1, 2]\nb: *a',
  'a: *nowhere',
  '__proto__: {polluted: yes}\nconstructor: 1',
  'a: |\n  one\n  ---\n  two\nb: 1',
  'a: |-\n  x\n  y\nb: >\n  x\n  y\nc: |+\n  x\n\nd: 1',
  'a: >-\n  x\n\n  y\n   z\n  w',
  'a: |2\n    x\n   y',
  'a: "x\\\n   y"',
  "a: 'x\n  y'",
  'a: x\n  y\n  z',
  'a:\n- 1\n- - 2\n  - 3\n- {b: [4]}',
  'a:\t1',
  'a: 1\t# comment',
  'a: b\tc',
  '\ta: 1',
  'a:\n\tb: 1',
  'a: {b: 1,\n\tc: 2}',
  'a: [1, 2,]',
  'a: {b, c: 1}',
  'a: {b:1}',
  'a: {"b":1}',
  '? a\n: b',
  '? [a]\n: b',
  '{a: 1}: b',
  'a: @x',
  'a: `x`',
  'a: %x',
  'a: x: y',
  'a: "x" y',
  'a: [1, 2',
  'a: b#c',
  'a: b #c',
  'a: #c',
  'a: *',
  'a: &x',
  'a: !!seq [1]',
  'a: !!map {x: 1}',
  'a: !!set {x, z}',
  'a: é ü 漢字 🎉',
  'a：1',
  'a: "\\x41\\u0041\\U00000041\\t\\/"',
  'a: "\\q"',
  'a: - 1',
  'a: -1\nb: - ',
  'a: ---',
  'a: ...',
  'a: "---"',
  'a: {{ .Values.x }}',
  'a: ${POD_NAME}',
  'a: $(date)',
  'a: [y, n, 0755, 1e3, ~]',
  'a: {y: n, 1: 2}',
  'a:b: c',
  'a : 1',
  '"a":1',
  'a: \u00a0x',
  'a: x\u0085y',
  'a: x\r\nb: z',
];

const folder = mkdtempSync(path.join(tmpdir(), 'kubectl-yaml-'));
const file = path.join(folder, 'object.yaml');

function read(spec: string): { json: string } | { error: string } {
  const lines = spec.replace(/^(?=.)/gm, '  ');
  writeFileSync(
    file,
    `apiVersion: example.com/v1\nkind: Example\nmetadata:\n  name: example\nspec:\n${lines}\n`,
  );
  const command = ['label', '--local', '-f', file, 'recorded=true', '-o', 'jsonpath={.spec}'];
  try {
    return { json: execFileSync(kubectl, command, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }) };
  } catch (error) {
    const message = String((error as { stderr?: unknown }).stderr)
      .trim()
      .replaceAll(file, 'object.yaml');
    return { error: message };
  }
}

const specs = [
  ...scalars.map((scalar) => `value: ${scalar}`),
  ...keys.map((key) => `${key}: value`),
  ...texts,
];
const version = JSON.parse(
  execFileSync(kubectl, ['version', '--client', '-o', 'json'], { encoding: 'utf8' }),
) as {
  clientVersion: { gitVersion: string };
};
const recorded = [...new Set(specs)].map((spec) => ({ spec, ...read(spec) }));
rmSync(folder, { recursive: true });
writeFileSync(
  path.join(import.meta.dirname, '../fixtures/kubectl-yaml.json'),
  `${JSON.stringify({ kubectl: version.clientVersion.gitVersion, recorded }, null, 1)}\n`,
);
