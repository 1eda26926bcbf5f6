const minorOf = (text: string | null) => {
  const [, major, minor] = /^v?(\d+)\.(\d+)/.exec(text ?? '') ?? [];
  return major === undefined ? NaN : Number(major) * 1000 + Number(minor);
};

/**
 * When a deprecated API goes, seen from the version that a cluster has: with the `next` minor version or one it has
 * already, or `later`; later as well where nobody says when.
 */
export function removalOf(removedRelease: string | null, version: string | null): 'next' | 'later' {
  return minorOf(removedRelease) <= minorOf(version) + 1 ? 'next' : 'later';
}
