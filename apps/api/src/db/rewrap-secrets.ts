import { createConnection, type ResultSetHeader, type RowDataPacket } from 'mysql2/promise';
import { parseDatabaseUrl } from './database-url.ts';
import { sealHeadBytes, sealKeyId, type SecretBox } from './secret-box.ts';

/** Every column that holds sealed values; `id` names the row. */
export const sealedColumns = [
  { table: 'clusters', column: 'credential' },
  { table: 'prometheus_servers', column: 'token' },
  { table: 'operations', column: 'sealed_input' },
  { table: 'operation_items', column: 'sealed_input' },
  { table: 'object_history', column: 'before_image' },
  { table: 'object_history', column: 'after_image' },
  { table: 'template_versions', column: 'sealed_content' },
  { table: 'tasks', column: 'sealed_content' },
  { table: 'terminal_chunks', column: 'data' },
  { table: 'registry_credentials', column: 'sealed_password' },
  { table: 'applications', column: 'sealed_secrets' },
  { table: 'webhooks', column: 'sealed_secret' },
] as const;

interface Head extends RowDataPacket {
  id: string;
  head: Buffer;
}

const batch = 500;

/**
 * Wraps the data keys of all sealed values with the current master key; the values themselves stay. Each row is
 * changed at once, or not at all when somebody wrote it meanwhile: killed in the middle, the next run does the rest.
 * @returns how many were wrapped anew
 */
export async function rewrapSecrets(url: string, box: SecretBox, currentKeyId: string): Promise<number> {
  const { ssl, ...address } = parseDatabaseUrl(url);
  const connection = await createConnection({
    ...address,
    ...(ssl && { ssl: { rejectUnauthorized: true } }),
  });
  let changed = 0;
  try {
    for (const { table, column } of sealedColumns) {
      for (;;) {
        const [rows] = await connection.query<Head[]>(
          `SELECT id, LEFT(??, ?) AS head FROM ?? WHERE SUBSTRING(??, ?, ?) <> ? LIMIT ?`,
          [
            column,
            sealHeadBytes,
            table,
            column,
            sealKeyId.from + 1,
            sealKeyId.bytes,
            Buffer.from(currentKeyId, 'hex'),
            batch,
          ],
        );
        if (rows.length === 0) break;
        for (const { id, head } of rows) {
          const rewrapped = box.rewrap({ table, rowId: id, column }, head);
          const [result] = await connection.query<ResultSetHeader>(
            'UPDATE ?? SET ?? = INSERT(??, 1, ?, ?) WHERE id = ? AND LEFT(??, ?) = ?',
            [table, column, column, sealHeadBytes, rewrapped, id, column, sealHeadBytes, head],
          );
          changed += result.affectedRows;
        }
      }
    }
    return changed;
  } finally {
    await connection.end();
  }
}
