/**
 * A server to set up, on this machine and without touching it: an overlay over this root in memory, with namespaces of its own for
 * mounts, processes and network. Everything is real (MariaDB, mkfs, dpkg) but systemd, which a namespace cannot have: `systemctl` is a
 * stand-in that keeps what is enabled and masked, and starts nothing.
 */
import { join } from "node:path";
import { command } from "../../../src/system/command.ts";

export const ADDRESS = "10.77.0.1";

const SYSTEMCTL = `#!/bin/bash
state=/var/lib/systemctl-standin
mkdir -p $state
verb=$1; shift
units=()
for word; do case $word in --now | -p | --value | NeedDaemonReload | --signal=*) ;; *) units+=("\${word%.service}") ;; esac; done
case $verb in
  is-enabled)
    for unit in "\${units[@]}"; do
      if [ -e "$state/masked-$unit" ]; then echo masked
      elif [ -e "$state/enabled-$unit" ]; then echo enabled
      elif [ -e "/lib/systemd/system/$unit" ] || [ -e "/lib/systemd/system/$unit.service" ] || [ -e "/etc/systemd/system/$unit.service" ]; then echo disabled
      fi
    done ;;
  is-active) echo inactive; exit 3 ;;
  show) echo no ;;
  enable)
    # Nothing here can run the agent: the step fails as it would on a broken server.
    [ "\${units[0]}" != hakit ] || { echo "no systemd here" >&2; exit 1; }
    for unit in "\${units[@]}"; do touch "$state/enabled-$unit"; done ;;
  disable) for unit in "\${units[@]}"; do rm -f "$state/enabled-$unit"; done ;;
  mask) for unit in "\${units[@]}"; do touch "$state/masked-$unit"; done ;;
  unmask) for unit in "\${units[@]}"; do rm -f "$state/masked-$unit"; done ;;
esac
exit 0
`;

const INIT = `set -e
mount -t tmpfs -o mode=755 tmpfs "$1"
mkdir "$1/upper" "$1/work" "$1/root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$1/upper,workdir=$1/work" "$1/root"
root=$1/root
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
mount --rbind /sys "$root/sys"
mount -t tmpfs -o mode=755 tmpfs "$root/run"
mkdir -p "$root/run/systemd/system"
mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
# What a kernel of a server has, this one may have only as a module, or not.
printf 'nodev\\tfuse\\n\\txfs\\nnodev\\tnfsd\\n' >"$1/filesystems"
mount --bind "$1/filesystems" "$root/proc/filesystems"
ip link set lo up
ip link add eth0 type veth peer name eth1
ip link set eth1 up
ip addr add ${ADDRESS}/24 dev eth0
ip link set eth0 up
ip route add default via 10.77.0.254
touch "$1/ready"
# Reaps what is orphaned, as a server's first process does.
while :; do sleep 1; done
`;

export interface Ran {
  readonly code: number;
  readonly text: string;
}

export class PlainServer implements AsyncDisposable {
  private constructor(
    readonly folder: string,
    readonly outer: Deno.ChildProcess,
    readonly pid: number,
  ) {}

  static async make(): Promise<PlainServer> {
    const folder = await Deno.makeTempDir({ prefix: "hakit-plain-" });
    const outer = new Deno.Command("unshare", {
      args: [
        ...["--mount", "--net", "--pid", "--fork", "--kill-child"],
        ...["--propagation", "private", "bash", "-c", INIT, "init", folder],
      ],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    const end = Date.now() + 30_000;
    for (;;) {
      const { stdout } = await command(["pgrep", "-P", String(outer.pid)], {
        anyCode: true,
      });
      const pid = Number(stdout.trim().split("\n")[0]);
      // The folder's content is in the other mount namespace.
      if (pid > 0 && await exists(`/proc/${pid}/root${folder}/ready`)) {
        const server = new PlainServer(folder, outer, pid);
        await server.put("/usr/bin/systemctl", SYSTEMCTL, 0o755);
        return server;
      }
      if (Date.now() > end) throw new Error("the plain server does not begin");
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** This machine's path of a file of the server's. */
  path(path: string): string {
    return `/proc/${this.pid}/root${join(this.folder, "root")}${path}`;
  }

  async put(path: string, text: string, mode: number): Promise<void> {
    // A new file, so that the one below is not written through a link.
    await Deno.remove(this.path(path)).catch(() => {});
    await Deno.writeTextFile(this.path(path), text, { mode });
  }

  argv(...argv: readonly string[]): string[] {
    return [
      ...["nsenter", "-t", String(this.pid), "-m", "-n", "-p"],
      ...["chroot", join(this.folder, "root"), ...argv],
    ];
  }

  async run(...argv: readonly string[]): Promise<Ran> {
    const { code, stdout, stderr } = await command(this.argv(...argv), {
      anyCode: true,
      timeoutMs: 300_000,
    });
    return { code, text: stdout + stderr };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Init's end is everybody's in its process namespace, and the mounts go with the last of them.
    Deno.kill(this.pid, "SIGKILL");
    await this.outer.status;
    await Deno.remove(this.folder, { recursive: true });
  }
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}
