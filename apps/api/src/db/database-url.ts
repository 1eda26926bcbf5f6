/** Where the database is; what both drivers understand. */
export interface DatabaseAddress {
  host: string;
  port: number;
  user: string;
  password: string;
  database: string;
  /** `?ssl=true`: the server's certificate is checked. */
  ssl: boolean;
}

/** Reads `mysql://user:password@host:port/database?ssl=true`. Throws with a sentence that never holds the password. */
export function parseDatabaseUrl(text: string): DatabaseAddress {
  const url = URL.parse(text);
  if (url === null || !['mysql:', 'mariadb:'].includes(url.protocol)) {
    throw new Error('DATABASE_URL must look like mysql://user:password@host:3306/database');
  }
  const database = decodeURIComponent(url.pathname.slice(1));
  if (!/^[A-Za-z0-9_$-]{1,64}$/.test(database))
    throw new Error('DATABASE_URL must end with the name of a database');
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? 3306 : Number(url.port),
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    database,
    ssl: url.searchParams.get('ssl') === 'true',
  };
}
