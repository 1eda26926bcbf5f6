import type { RunInContainer } from './find-shell.ts';
import type { ShellSession } from './shell-session.ts';

/**
 * Lists the session's living processes: field 6 of stat is the 4th behind the program's name, field 3 the first.
 * The shell itself may have gone while its background jobs live on. A process that has the shell's PID but another
 * start time is a stranger: then nothing of that session is ours.
 */
const script = `
pid=$1 start=$2 seconds=$3
stat_of() { IFS= read -r stat 2>/dev/null < "/proc/$1/stat"; }
members() {
  for directory in /proc/[0-9]*; do
    id=\${directory#/proc/}
    stat_of "$id" || continue
    set -- \${stat##*) }
    [ "$4" = "$pid" ] && [ "$1" != Z ] && echo "$id"
  done
}
if stat_of "$pid"; then
  set -- \${stat##*) }
  [ "\${20}" = "$start" ] || exit 0
fi
all=$(members)
[ -n "$all" ] || exit 0
kill -HUP $all 2>/dev/null
kill -CONT $all 2>/dev/null
while [ "$seconds" -gt 0 ] && [ -n "$(members)" ]; do
  sleep 1 || break
  seconds=$((seconds - 1))
done
all=$(members)
[ -z "$all" ] || kill -KILL $all 2>/dev/null
exit 0
`;

/**
 * Ends a shell and everything in its terminal session: HUP, and after 2 s KILL to what is left, by one exec of the
 * same shell. Does nothing where the session is gone or its PID belongs to somebody else by now.
 * Rejects with what `run` rejects with; a pod that is gone is the caller's to expect.
 */
export async function endSession(
  run: RunInContainer,
  { shell, pid, startTime }: ShellSession,
): Promise<void> {
  await run([shell, '-c', script, shell, String(pid), startTime, '2']);
}
