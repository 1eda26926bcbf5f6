/** The file the commands write. */
const result = 'pilothouse.kubeconfig';

/** Makes a copy of one context with everything that lies in files put inside. */
export function flattenCommands(context: string): string[] {
  return [`kubectl config view --raw --flatten --minify --context=${quoted(context)} > ${result}`];
}

/** Makes a ServiceAccount that may do everything, and a copy of one context in which its token stands for the user. */
export function serviceAccountCommands(context: string, user: string): string[] {
  const there = `--context=${quoted(context)}`;
  const into = `--kubeconfig=${result}`;
  return [
    `kubectl ${there} create serviceaccount pilothouse --namespace=kube-system`,
    `kubectl ${there} create clusterrolebinding pilothouse --clusterrole=cluster-admin --serviceaccount=kube-system:pilothouse`,
    `TOKEN=$(kubectl ${there} create token pilothouse --namespace=kube-system --duration=8760h)`,
    ...flattenCommands(context),
    `kubectl config set-credentials pilothouse --token="$TOKEN" ${into}`,
    `kubectl config set-context --current --user=pilothouse ${into}`,
    `kubectl config delete-user ${quoted(user)} ${into}`,
  ];
}

/** One word for a POSIX shell whatever a name holds; control characters are left out, they have no business in one. */
function quoted(text: string): string {
  const printable = text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, '');
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(printable) ? printable : `'${printable.replaceAll("'", `'\\''`)}'`;
}
