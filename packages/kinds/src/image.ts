/** A container image's reference, taken apart. */
export interface ImageParts {
  /** Registry and path: `registry.example.org:5000/shop/web`. */
  repository: string;
  tag: string | null;
  /** `sha256:…`. */
  digest: string | null;
}

/** Takes `[host[:port]/]path[:tag][@digest]` apart; a colon before the last slash belongs to the registry's port. */
export function splitImage(image: string): ImageParts {
  const at = image.indexOf('@');
  const digest = at < 0 ? null : image.slice(at + 1);
  const named = at < 0 ? image : image.slice(0, at);
  const colon = named.indexOf(':', named.lastIndexOf('/') + 1);
  if (colon < 0) return { repository: named, tag: null, digest };
  return { repository: named.slice(0, colon), tag: named.slice(colon + 1), digest };
}
