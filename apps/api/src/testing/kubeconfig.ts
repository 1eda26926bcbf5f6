/** A kubeconfig of a token, for a server where nothing listens: good for everything that needs no answer. */
export function deadKubeconfig(token = 'token-of-nobody'): string {
  return `apiVersion: v1
kind: Config
current-context: dead
clusters: [{ name: dead, cluster: { server: 'https://127.0.0.1:1' } }]
users: [{ name: dead, user: { token: '${token}' } }]
contexts: [{ name: dead, context: { cluster: dead, user: dead } }]
`;
}
