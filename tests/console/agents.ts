/**
 * Two real agents on this machine, each in a network namespace of its own: what the console shows and asks goes the whole way
 * through the API and, for the other node, through mutual TLS.
 */
import { join } from "node:path";
import { createAuthority, issueCertificate } from "../../src/api/tls.ts";
import { createUser } from "../../src/api/auth.ts";
import { command } from "../../src/system/command.ts";
import { PASSWORD } from "./fake_agent.ts";

export type Which = 1 | 2;

const root = join(import.meta.dirname!, "../..");
const VIRTUAL = "10.97.1.100";
/** In secret.key of both nodes. */
export const SECRET = "5a".repeat(32);

function moduleYaml(directory: string | null): string {
  return `name: plain
mode: mirror
boot: off
virtual_addresses:
  - address: ${VIRTUAL}/24
${
    directory === null
      ? ""
      : `directories:\n  - path: ${directory}\nresync:\n  limit: "20M"\n`
  }`;
}
/** The service is a file below the node's home. */
const START = `#!/bin/sh
echo "started on $HAKIT_NODE as $HAKIT_ROLE"
touch "$HAKIT_HOME/serving"
`;
const STOP = `#!/bin/sh
echo "stopped on $HAKIT_NODE"
rm -f "$HAKIT_HOME/serving"
`;

export interface AgentsOptions {
  /** With a directory of its own on each node, mirrored by real replicators at 20 MB/s when it is copied. */
  readonly mirrored?: boolean;
  /** Its scripts; default: a file that says where it runs. */
  readonly scripts?: { readonly start: string; readonly stop: string };
  /** A compiled executable: each node gets a copy of its own, and its agent is started again whenever it ends, as by systemd. */
  readonly executable?: string;
}

/** As the unit does. */
const SUPERVISE = `while :; do "$0" agent; sleep 0.1; done`;

export async function twoAgents(options: AgentsOptions = {}) {
  const { mirrored = false, executable } = options;
  const dir = await Deno.makeTempDir({ prefix: "hakit-agents-" });
  const names = [`hakit-c${Deno.pid}-1`, `hakit-c${Deno.pid}-2`] as const;
  const name = (node: Which) => names[node - 1]!;
  const home = (node: Which) => join(dir, `node${node}`);
  const ip = (...args: string[]) => command(["ip", ...args]);
  const running = new Map<Which, Deno.ChildProcess>();

  const own = (node: Which) => join(home(node), "bin/hakit");
  const program = (node: Which) =>
    executable ? [own(node)] : [
      Deno.execPath(),
      ...["run", "--allow-all", "--no-check", join(root, "main.ts")],
    ];
  const agent = (node: Which) =>
    executable
      ? ["sh", "-c", SUPERVISE, own(node)]
      : [...program(node), "agent"];

  await writeFiles(home, { ...options, mirrored });
  for (const node of [1, 2] as const) {
    if (!executable) continue;
    await Deno.mkdir(join(home(node), "bin"));
    await Deno.copyFile(executable, own(node));
  }
  for (const node of [1, 2] as const) {
    await ip("netns", "add", name(node));
    await ip("-n", name(node), "link", "set", "lo", "up");
  }
  await ip(
    ...["-n", name(1), "link", "add", "eth0", "type", "veth"],
    ...["peer", "name", "eth0", "netns", name(2)],
  );
  for (const node of [1, 2] as const) {
    const at = ["-n", name(node)];
    await ip(...at, "addr", "add", address(node) + "/24", "dev", "eth0");
    await ip(...at, "link", "set", "eth0", "up");
  }

  /** The agent at once and without a word; and the address, which a machine without power would not answer for. */
  async function kill(node: Which): Promise<void> {
    const agent = running.get(node);
    if (!agent) return;
    running.delete(node);
    agent.kill("SIGKILL");
    await agent.status;
    await command(
      [
        ...["ip", "-n", name(node), "addr", "delete"],
        ...[`${VIRTUAL}/24`, "dev", "eth0"],
      ],
      { anyCode: true },
    );
  }

  return {
    data: (node: Which) => join(home(node), "data"),
    url: (node: Which) => `https://${address(node)}:9010`,
    home,
    pid: (node: Which) => running.get(node)!.pid,
    executable: own,
    /** A hakit command on that node; its standard output, and its code if that is not 0. */
    async hakit(
      node: Which,
      ...argv: string[]
    ): Promise<{ code: number; text: string }> {
      const { code, stdout, stderr } = await command([
        ...["ip", "netns", "exec", name(node)],
        ...["env", `HAKIT_HOME=${home(node)}`, ...program(node), ...argv],
      ], { anyCode: true, timeoutMs: 300_000 });
      return { code, text: code === 0 ? stdout : stderr };
    },
    /** Runs a program where it reaches the nodes even when node 1 is dead. */
    namespace: name(2),
    start(node: Which): void {
      running.set(
        node,
        new Deno.Command("ip", {
          args: ["netns", "exec", name(node), ...agent(node)],
          env: { HAKIT_HOME: home(node) },
          stdin: "null",
          stdout: "null",
          stderr: Deno.env.get("HAKIT_TEST_VERBOSE") ? "inherit" : "null",
        }).spawn(),
      );
    },
    kill,
    /** Runs a program that sees the node's mounts: `ip netns exec` gave its agent a mount namespace. */
    async inside(node: Which, ...argv: string[]): Promise<string> {
      const pid = String(running.get(node)!.pid);
      const enter = ["nsenter", "--target", pid, "--mount"];
      return (await command([...enter, ...argv], { timeoutMs: 30_000 })).stdout;
    },
    /** The last lines of both agents' logs: why a test that waited in vain did. */
    async told(): Promise<string> {
      const logs = ([1, 2] as const).map(async (node) => {
        const path = join(home(node), "log/agent.log");
        const text = await Deno.readTextFile(path).catch(String);
        const runs = running.has(node) &&
          await Promise.race([running.get(node)!.status, null]) === null;
        const lines = text.trimEnd().split("\n").slice(-5);
        return `node${node} (${runs ? "runs" : "does not run"}): ${
          lines.join("\n  ")
        }`;
      });
      return (await Promise.all(logs)).join("\n");
    },
    /** Which nodes run the service. */
    async serving(): Promise<Which[]> {
      const found: Which[] = [];
      for (const node of [1, 2] as const) {
        const path = join(home(node), "serving");
        if (await Deno.stat(path).catch(() => null)) found.push(node);
      }
      return found;
    },
    async [Symbol.asyncDispose]() {
      for (const node of [1, 2] as const) {
        await kill(node);
        // Replicators outlive their agent.
        const { stdout } = await ip("netns", "pids", name(node));
        for (const pid of stdout.split("\n").filter(Boolean)) {
          try {
            Deno.kill(Number(pid), "SIGKILL");
          } catch { /* It has ended by itself. */ }
        }
        await command(["umount", "-l", join(home(node), "data")], {
          anyCode: true,
        });
        await ip("netns", "delete", name(node));
      }
      await Deno.remove(dir, { recursive: true });
    },
  };
}

function address(node: Which): string {
  return `10.97.1.${node}`;
}

async function writeFiles(
  home: (node: Which) => string,
  { mirrored, scripts = { start: START, stop: STOP } }: AgentsOptions,
): Promise<void> {
  const authority = createAuthority("console");
  const cluster = JSON.stringify({
    cluster: "console",
    id: "00112233445566778899aabbccddeeff",
    nodes: ([1, 2] as const).map((node) => ({
      name: `node${node}`,
      addresses: [address(node)],
    })),
  });
  for (const node of [1, 2] as const) {
    const etc = join(home(node), "etc");
    const bin = join(etc, "modules/plain/bin");
    await Deno.mkdir(bin, { recursive: true });
    const put = (file: string, text: string, mode = 0o600) =>
      Deno.writeTextFile(join(etc, file), text, { mode });
    const certificate = issueCertificate(authority, {
      name: `node${node}`,
      addresses: [address(node), VIRTUAL],
    });
    await put("cluster.yaml", cluster);
    await put("node", `node${node}\n`);
    await put("secret.key", `${SECRET}\n`);
    await put("ca.pem", authority.certPem);
    await put("ca.key", authority.keyPem);
    await put("node.pem", certificate.certPem);
    await put("node.key", certificate.keyPem);
    const directory = join(home(node), "data");
    await Deno.mkdir(directory);
    await put(
      "modules/plain/module.yaml",
      moduleYaml(mirrored === true ? directory : null),
    );
    await put("modules/plain/bin/start_prim", scripts.start, 0o755);
    await put("modules/plain/bin/stop_prim", scripts.stop, 0o755);
  }
  // One and the same, as after `hakit second`: of two that differ one would give way, and with it whoever has logged in by then.
  const users = (node: Which) => join(home(node), "etc/users.yaml");
  for (
    const [name, role] of [
      ["admin", "administrator"],
      ["otto", "operator"],
      ["eve", "viewer"],
    ] as const
  ) await createUser(users(1), { name, role, password: PASSWORD });
  await Deno.copyFile(users(1), users(2));
}
