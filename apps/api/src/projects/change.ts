/** Who wrote what should be, and why. */
export interface Change {
  author: string;
  reason: string;
}
