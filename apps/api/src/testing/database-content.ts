import { createConnection, type RowDataPacket } from 'mysql2/promise';

/** Every byte of every table. */
export async function databaseContent(url: string): Promise<string> {
  const connection = await createConnection(url);
  const [tables] = await connection.query<RowDataPacket[]>('SHOW TABLES');
  let content = '';
  for (const table of tables) {
    const [rows] = await connection.query<RowDataPacket[]>(`SELECT * FROM \`${Object.values(table)[0]}\``);
    for (const value of rows.flatMap((row) => Object.values(row))) {
      content += `${Buffer.isBuffer(value) ? value.toString('latin1') : JSON.stringify(value)}\n`;
    }
  }
  await connection.end();
  return content;
}
