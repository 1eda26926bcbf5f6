/** Bytes of the largest object taken: etcd holds 1.5 MiB an object by default, in a denser form. */
export const largestObject = 8 * 1024 * 1024;
