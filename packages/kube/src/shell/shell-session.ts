/** A shell in a container: what its end is guarded by. */
export interface ShellSession {
  /** The program: a path or a name. */
  shell: string;
  /** In the container's PID namespace. With a terminal it is its session's leader too. */
  pid: number;
  /** Clock ticks after boot (field 22 of `/proc/<pid>/stat`, proc(5)): tells a process from a later one of its PID. */
  startTime: string;
}
