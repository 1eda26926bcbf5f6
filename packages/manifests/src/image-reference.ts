/**
 * The image, from the registry of the prefix where it names none itself. As docker reads references (`splitDockerDomain`):
 * what stands before the first slash is a registry where it has a dot, a colon or a capital in it, or is `localhost`.
 */
export function imageFrom(registryPrefix: string, image: string): string {
  const prefix = registryPrefix.replace(/\/+$/, '');
  const slash = image.indexOf('/');
  const first = slash < 0 ? '' : image.slice(0, slash);
  const namesRegistry = /[.:]/.test(first) || first === 'localhost' || first !== first.toLowerCase();
  return prefix === '' || namesRegistry ? image : `${prefix}/${image}`;
}
