/**
 * A node of the lab: its own processes, mounts and network. Its first process runs the agent as systemd would; when that process is
 * killed the kernel kills all others of the node at the same moment, and its mounts vanish: what a power cut leaves, except
 * that the disk keeps what was not flushed yet (the servers' level of the tests loses that, too).
 */
import { join } from "node:path";
import { readIfPresent, writeDurably } from "../system/files.ts";
import { sleep } from "../system/clock.ts";
import { command } from "../system/command.ts";
import { forgetAddress, setCables, setWitnessCable } from "./network.ts";
import { home, type LabNode, namespace, STORAGE } from "./topology.ts";

/** Scripts may take long to stop; after that it is a power cut. */
const STOP_LIMIT_MS = 120_000;

/** PID 1 of the node. As the systemd unit: the agent comes back when it dies, TERM stops it in order. */
const FIRST_PROCESS = `
if [ -e "$HAKIT_HOME/disk" ]; then mount -o loop "$HAKIT_HOME/disk" "${STORAGE}" || exit 1
else mount --bind "$HAKIT_HOME/storage" "${STORAGE}" || exit 1; fi
stop=
trap 'stop=1; kill -TERM "$agent"' TERM
while [ -z "$stop" ]; do
  "$@" agent >>"$HAKIT_HOME/console.log" 2>&1 &
  agent=$!
  wait "$agent"
  # A signal interrupts the wait: the agent still has its services to stop.
  while kill -0 "$agent" 2>/dev/null; do wait "$agent"; done
  [ -z "$stop" ] && sleep 0.1
done
`;

/** This executable, or Deno and the program when not compiled. */
export function self(): string[] {
  return Deno.build.standalone ? [Deno.execPath()] : [
    Deno.execPath(),
    "run",
    "--allow-all",
    join(import.meta.dirname!, "../../main.ts"),
  ];
}

/** The node's first process as this machine numbers it; null: the node is off. */
export async function firstProcess(node: LabNode): Promise<number | null> {
  const text = await readIfPresent(join(home(node), "pid"));
  const pid = Number(text?.split(" ")[0]);
  // A number is given to others later, its start time is not.
  return pid > 0 && text === await identity(pid) ? pid : null;
}

/** A disk of its own, which can be filled, where HAKIT_LAB_DISK says how large it is ("64M"). */
async function makeDisk(node: LabNode): Promise<void> {
  const size = Deno.env.get("HAKIT_LAB_DISK");
  const file = join(home(node), "disk");
  if (size === undefined || await Deno.stat(file).catch(() => null)) return;
  await command(["truncate", "--size", size, file]);
  // With the folders that were made for it.
  await command(["mkfs.ext4", "-q", "-d", join(home(node), "storage"), file]);
}

async function identity(pid: number): Promise<string | null> {
  const stat = await readIfPresent(`/proc/${pid}/stat`).catch(() => null);
  const started = stat?.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
  return started === undefined ? null : `${pid} ${started}`;
}

/** Switches it on; nothing when it is on. */
export async function startNode(node: LabNode): Promise<void> {
  if (await firstProcess(node) !== null) return;
  await Deno.mkdir(STORAGE, { recursive: true });
  await Deno.mkdir(join(home(node), "storage"), { recursive: true });
  await makeDisk(node);
  await setCables(node, "up");
  await setWitnessCable(node, "up");
  const script = join(home(node), "init");
  await writeDurably(script, FIRST_PROCESS);
  const file = join(home(node), "pid");
  await Deno.remove(file).catch(() => {});
  // unshare forks: the child is the node's PID 1. It tells its number as this machine sees it, which `$$` in there cannot.
  await startIn(namespace(node), home(node), [
    ...["unshare", "--pid", "--mount", "--propagation", "private"],
    ...["--fork", "--kill-child", "--mount-proc"],
    ...["sh", script, ...self()],
  ]);
  for (let tries = 0; tries < 100; tries++) {
    const pid = await findFirstProcess(node);
    const name = pid === null ? null : await identity(pid);
    if (name !== null) {
      await Deno.writeTextFile(file, name);
      return;
    }
    await sleep(50);
  }
  throw new Error(
    `Cannot start ${namespace(node)}: its first process ended, see ${
      join(home(node), "console.log")
    }`,
  );
}

/** A program in that namespace, in a session of its own: it outlives this command. */
export async function startIn(
  where: string,
  home: string,
  argv: readonly string[],
): Promise<void> {
  const child = new Deno.Command("setsid", {
    args: ["--fork", "ip", "netns", "exec", where, ...argv],
    env: { HAKIT_HOME: home },
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  await child.status;
}

/** The shell whose own number is 1 inside and whose name says which node it is. */
async function findFirstProcess(node: LabNode): Promise<number | null> {
  const start = `sh\0${join(home(node), "init")}\0`;
  for await (const entry of Deno.readDir("/proc")) {
    if (!/^\d+$/.test(entry.name)) continue;
    const folder = `/proc/${entry.name}`;
    const [arguments_, status] = await Promise.all([
      readIfPresent(`${folder}/cmdline`).catch(() => null),
      readIfPresent(`${folder}/status`).catch(() => null),
    ]);
    if (arguments_?.startsWith(start)) {
      if (/^NSpid:\s+\d+(\s+\d+)*\s+1$/m.test(status ?? "")) {
        return Number(entry.name);
      }
    }
  }
  return null;
}

/** Pulls the plug: cables first, so that no farewell of the dying kernel reaches the peer or a client. */
export async function killNode(node: LabNode): Promise<void> {
  const pid = await firstProcess(node);
  if (pid === null) return;
  await setCables(node, "down");
  await setWitnessCable(node, "down");
  Deno.kill(pid, "SIGKILL");
  await gone(node, 10_000);
  await forgetAddress(node);
}

/** An orderly shutdown. */
export async function stopNode(node: LabNode): Promise<void> {
  const pid = await firstProcess(node);
  if (pid === null) return;
  Deno.kill(pid, "SIGTERM");
  if (!await gone(node, STOP_LIMIT_MS)) await killNode(node);
}

async function gone(node: LabNode, limitMs: number): Promise<boolean> {
  const until = performance.now() + limitMs;
  while (await firstProcess(node) !== null) {
    if (performance.now() > until) return false;
    await sleep(20);
  }
  return true;
}

/** Arguments that run `argv` inside a node, or at the client's place. */
export async function inside(
  node: 0 | LabNode,
  argv: readonly string[],
): Promise<string[]> {
  if (node === 0) return ["ip", "netns", "exec", namespace(0), ...argv];
  const pid = await firstProcess(node);
  if (pid === null) {
    throw new Error(
      `node${node} is off: switch it on with "hakit lab start ${node}"`,
    );
  }
  return [
    ...["nsenter", "--target", String(pid)],
    ...["--net", "--pid", "--mount"],
    // Entering the node's mounts loses the caller's folder.
    ...["env", "--chdir", Deno.cwd(), `HAKIT_HOME=${home(node)}`, ...argv],
  ];
}
