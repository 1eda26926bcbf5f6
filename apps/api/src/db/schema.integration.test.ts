import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { createConnection, type Connection, type RowDataPacket } from 'mysql2/promise';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestDatabase, type TestServer } from '../testing/test-database.ts';
import { migrationsFolder } from './migrate.ts';

interface Column {
  name: string;
  type: string;
  nullable: boolean;
}
interface Table {
  name: string;
  columns: Column[];
  /** `PRIMARY (a, b)`, `unique name (a)`, `index name (a)` */
  indexes: string[];
  /** `column -> table on delete RULE` */
  foreignKeys: string[];
}

/** What MySQL calls each of the schema's types. */
const scalarTypes: Record<string, string> = {
  Boolean: 'tinyint(1)',
  Int: 'int',
  BigInt: 'bigint',
  Json: 'json',
};
const deleteRules: Record<string, string> = { Cascade: 'CASCADE', SetNull: 'SET NULL', Restrict: 'RESTRICT' };

const schema = await readFile(path.join(migrationsFolder, '../schema.prisma'), 'utf8');
const models = [...schema.matchAll(/^model (\w+) \{\n(.*?)^\}/gms)].map(([, name = '', body = '']) => ({
  name,
  lines: body
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('//')),
}));
const tableOf = new Map(
  models.map(({ name, lines }) => [name, /@@map\("(\w+)"\)/.exec(lines.join(' '))?.[1] ?? name]),
);

/** Reads the Prisma schema as far as this schema uses its language. */
function declaredTable({ name, lines }: (typeof models)[number]): Table {
  const table: Table = { name: tableOf.get(name) ?? '', columns: [], indexes: [], foreignKeys: [] };
  const columnOf = new Map<string, string>();
  for (const line of lines.filter((text) => !text.startsWith('@@'))) {
    const [, field = '', type = '', mark = '', rest = ''] =
      /^(\w+)\s+(\w+)(\?|\[\])?\s*(.*)$/.exec(line) ?? [];
    if (mark === '[]') continue;
    if (tableOf.has(type)) {
      const [, from = ''] = /fields: \[(\w+)\]/.exec(rest) ?? [];
      const [, rule = ''] = /onDelete: (\w+)/.exec(rest) ?? [];
      if (from !== '') {
        table.foreignKeys.push(
          `${columnOf.get(from)} -> ${tableOf.get(type)} on delete ${deleteRules[rule]}`,
        );
      }
      continue;
    }
    const column = / @map\("(\w+)"\)/.exec(` ${rest}`)?.[1] ?? field;
    columnOf.set(field, column);
    const native = /@db\.(\w+(?:\(\d+\))?)/.exec(rest)?.[1]?.toLowerCase();
    table.columns.push({ name: column, type: native ?? scalarTypes[type] ?? type, nullable: mark === '?' });
    const unique = /@unique\(map: "(\w+)"\)/.exec(rest)?.[1];
    if (unique !== undefined) table.indexes.push(`unique ${unique} (${column})`);
    if (/@id\b/.test(rest)) table.indexes.push(`PRIMARY (${column})`);
  }
  for (const line of lines.filter((text) => /^@@(id|unique|index)/.test(text))) {
    const [, kind = '', fields = ''] = /^@@(\w+)\(\[(.*?)\]/.exec(line) ?? [];
    const columns = fields
      .split(',')
      .map((field) => columnOf.get(field.trim()))
      .join(', ');
    const map = /map: "(\w+)"/.exec(line)?.[1];
    table.indexes.push(kind === 'id' ? `PRIMARY (${columns})` : `${kind} ${map} (${columns})`);
  }
  return sorted(table);
}

async function migratedTable(connection: Connection, name: string): Promise<Table> {
  const select = async (sql: string) =>
    (await connection.query<RowDataPacket[]>(sql, [name]))[0].map(
      (row) => ({ ...row }) as Record<string, string>,
    );
  const columns = await select(
    `SELECT column_name AS name, column_type AS type, is_nullable AS nullable FROM information_schema.columns
     WHERE table_schema = DATABASE() AND table_name = ?`,
  );
  const indexes = await select(
    `SELECT index_name AS name, non_unique AS several, GROUP_CONCAT(column_name ORDER BY seq_in_index SEPARATOR ', ')
     AS columns FROM information_schema.statistics WHERE table_schema = DATABASE() AND table_name = ?
     GROUP BY index_name, non_unique`,
  );
  const foreignKeys = await select(
    `SELECT k.column_name AS name, k.referenced_table_name AS target, r.delete_rule AS rule
     FROM information_schema.key_column_usage k JOIN information_schema.referential_constraints r
     ON r.constraint_schema = k.constraint_schema AND r.constraint_name = k.constraint_name
     WHERE k.table_schema = DATABASE() AND k.table_name = ?`,
  );
  // MariaDB's JSON is LONGTEXT with a check, MySQL's a type
  const checked = isMariaDb
    ? await select(
        `SELECT constraint_name AS name FROM information_schema.check_constraints
         WHERE constraint_schema = DATABASE() AND table_name = ? AND check_clause LIKE 'json_valid%'`,
      )
    : [];
  const json = new Set(checked.map((row) => row.name));
  return sorted({
    name,
    columns: columns.map((row) => ({
      name: row.name ?? '',
      type: json.has(row.name) ? 'json' : (row.type ?? '').replace(/^(int|bigint)\(\d+\)$/, '$1'),
      nullable: row.nullable === 'YES',
    })),
    indexes: indexes.map((row) => {
      if (row.name === 'PRIMARY') return `PRIMARY (${row.columns})`;
      return `${Number(row.several) === 0 ? 'unique' : 'index'} ${row.name} (${row.columns})`;
    }),
    foreignKeys: foreignKeys.map((row) => `${row.name} -> ${row.target} on delete ${row.rule}`),
  });
}

function sorted(table: Table): Table {
  return {
    ...table,
    columns: table.columns.toSorted((a, b) => a.name.localeCompare(b.name)),
    indexes: table.indexes.toSorted(),
    foreignKeys: table.foreignKeys.toSorted(),
  };
}

let database: TestServer;
let connection: Connection;
let isMariaDb: boolean;

beforeAll(async () => {
  database = await startTestDatabase();
  connection = await createConnection(database.url);
  const [[server]] = await connection.query<RowDataPacket[]>('SELECT VERSION() AS version');
  isMariaDb = server?.version.includes('MariaDB');
});
afterAll(async () => {
  await connection?.end();
  await database?.stop();
});

test.each(models.map((model) => [model.name, model] as const))(
  '%s is in the database as declared',
  async (_name, model) => {
    const declared = declaredTable(model);
    expect(await migratedTable(connection, declared.name)).toEqual(declared);
  },
);

test('the migrations make no table the schema does not know', async () => {
  const [rows] = await connection.query<RowDataPacket[]>(
    `SELECT table_name AS name, table_collation AS collation FROM information_schema.tables
     WHERE table_schema = DATABASE() AND table_name <> '_prisma_migrations'`,
  );
  expect(rows.map((row) => row.name).toSorted()).toEqual([...tableOf.values()].toSorted());
  expect(new Set(rows.map((row) => row.collation))).toEqual(new Set(['utf8mb4_bin']));
});
