import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Passwords } from './authz/passwords.ts';
import { UserRepository } from './authz/user.repository.ts';
import { readConfig, type Config } from './config.ts';
import { checkDatabase, createDatabase } from './db/database.ts';
import { fixedKeyRing, KeyFile } from './db/key-ring.ts';
import { rewrapSecrets } from './db/rewrap-secrets.ts';
import { SecretBox } from './db/secret-box.ts';
import { Versions } from './db/versions.ts';
import { giveOneTimePassword } from './features/users/give-one-time-password.ts';
import { AppError } from './http/app-error.ts';

const usage = `npm run admin -- reset-password <user>    gives a user a new one-time password
npm run admin -- rotate-master-key        seals all stored secrets with a new master key`;

/** How long a running platform may go on with the key it took up a moment ago. */
const settleMs = 3000;

/** On the machine itself, so that nobody is ever locked out. A disabled user stays disabled. */
async function resetPassword(config: Config, username: string): Promise<void> {
  const database = createDatabase(config.databaseUrl);
  try {
    const accounts = {
      database,
      users: new UserRepository(database),
      passwords: new Passwords(),
      versions: new Versions(database, () => undefined),
    };
    const password = await giveOneTimePassword(accounts, username, null);
    console.log(`One-time password of ${username}: ${password} (told this once; their sessions have ended)`);
  } catch (error) {
    const isUnknown = error instanceof AppError && error.code === 'notFound';
    throw isUnknown ? new Error(`There is no user ${username}.`, { cause: error }) : error;
  } finally {
    await database.close();
  }
}

/** May run beside the platform, and again after a kill: the old key goes only when nothing needs it any more. */
async function rotateMasterKey(config: Config): Promise<void> {
  if (config.masterKeys !== null) return rotateGivenKeys(config, config.masterKeys);
  const file = new KeyFile(path.join(config.dataFolder, 'master.key')).ensure();
  // a file with several keys is a rotation that was cut short
  const current = file.all().length > 1 ? file.current() : file.addCurrent();
  const box = new SecretBox(file);
  let changed = await rewrapSecrets(config.databaseUrl, box, current.id);
  await sleep(settleMs);
  changed += await rewrapSecrets(config.databaseUrl, box, current.id);
  file.write([current]);
  console.log(`${changed} secrets are under the new master key ${current.id}; the old one is gone.`);
}

async function rotateGivenKeys(
  { databaseUrl }: Config,
  keys: NonNullable<Config['masterKeys']>,
): Promise<void> {
  const [current, ...others] = keys;
  if (current === undefined || others.length === 0) {
    throw new Error(
      'Put a new key in front: PILOTHOUSE_MASTER_KEY=<new>,<old>, restart the platform with it, then run this again.',
    );
  }
  const changed = await rewrapSecrets(databaseUrl, new SecretBox(fixedKeyRing(keys)), current.id);
  console.log(
    `${changed} secrets are under the master key ${current.id}; the others may go from PILOTHOUSE_MASTER_KEY.`,
  );
}

async function run([command, ...args]: string[]): Promise<void> {
  const [username] = args;
  if (command === 'reset-password' && username !== undefined && args.length === 1) {
    const config = readConfig();
    await checkDatabase(config.databaseUrl);
    return resetPassword(config, username);
  }
  if (command === 'rotate-master-key' && args.length === 0) {
    const config = readConfig();
    await checkDatabase(config.databaseUrl);
    return rotateMasterKey(config);
  }
  throw new Error(usage);
}

try {
  await run(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 1;
}
