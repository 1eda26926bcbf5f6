import { createHmac } from 'node:crypto';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { hiddenAnnotations, isRecord, isSecretKind, parseExactJson } from '@pilothouse/kinds';

const compress = promisify(gzip);
const expand = promisify(gunzip);

/** A key that digests are made with, and its name: digests of another key cannot be compared. */
export interface DigestKey {
  id: string;
  bytes: Buffer;
}

/** Where an object lies; part of the digests, so that equal values of two Secrets don't look alike. */
export interface ObjectPlace {
  clusterId: string;
  group: string;
  plural: string;
  namespace: string;
  name: string;
}

/** An object as it is kept: without managedFields; of a Secret the keys, and a digest in the place of each value. */
export function imageOf(object: object, place: ObjectPlace, key: () => DigestKey): object {
  const whole = withoutManagedFields(object as Record<string, unknown>);
  return isSecretKind(place.group, place.plural) ? withDigests(whole, place, key()) : whole;
}

/** For the database; compressed, not yet sealed. */
export function packImage(image: object): Promise<Buffer> {
  return compress(JSON.stringify(image));
}

/** What {@link packImage} was given. */
export async function unpackImage(packed: Uint8Array): Promise<Record<string, unknown>> {
  return parseExactJson((await expand(packed)).toString('utf8')) as Record<string, unknown>;
}

function withoutManagedFields(object: Record<string, unknown>): Record<string, unknown> {
  if (!isRecord(object['metadata'])) return object;
  const { managedFields: _left, ...metadata } = object['metadata'];
  return { ...object, metadata };
}

function withDigests(secret: Record<string, unknown>, place: ObjectPlace, key: DigestKey): object {
  const { stringData: _never, data, metadata, ...rest } = secret;
  const hidden = hiddenAnnotations(secret);
  const { annotations, ...others } = isRecord(metadata) ? metadata : {};
  const kept = Object.entries(isRecord(annotations) ? annotations : {}).filter(([name]) => !(name in hidden));
  const values = isRecord(data) ? Object.entries(data) : [];
  const { clusterId, namespace, name } = place;
  const digest = (field: string, value: unknown) =>
    createHmac('sha256', key.bytes)
      .update(JSON.stringify([clusterId, namespace, name, field, value]))
      .digest('hex');
  return {
    ...rest,
    metadata: { ...others, ...(kept.length > 0 && { annotations: Object.fromEntries(kept) }) },
    ...(data !== undefined && {
      data: Object.fromEntries(
        values.map(([field, value]) => [field, `hmac-sha256:${key.id}:${digest(field, value)}`]),
      ),
    }),
  };
}
