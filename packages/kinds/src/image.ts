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

/** The image with another tag, or with none. A digest goes: it names the old image, and would win over the tag. */
export function withTag(image: string, tag: string): string {
  const { repository } = splitImage(image);
  return tag === '' ? repository : `${repository}:${tag}`;
}

/**
 * What is meant by an image that was edited to `typed`: where only the tag is another, the digest that was left behind
 * it goes, as with {@link withTag}.
 */
export function editedImage(before: string, typed: string): string {
  const [was, is] = [splitImage(before), splitImage(typed)];
  const isRetagged = is.repository === was.repository && is.tag !== null && is.tag !== was.tag;
  return isRetagged && is.digest !== null && is.digest === was.digest ? withTag(before, is.tag ?? '') : typed;
}
