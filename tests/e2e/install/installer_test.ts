/** install.sh over a /usr/local/bin and an /etc of its own, with executables that are scripts and a systemd that says what it is told to. */
import assert from "node:assert/strict";
import { join } from "node:path";

const ROOT = join(import.meta.dirname!, "..", "..", "..");

/** Runs `steps` of a shell; `$old` and `$new` are two executables, `agent` what systemd says of the agent. */
async function install(
  steps: string,
  { agent }: { readonly agent: "active" | "inactive" },
): Promise<{ readonly code: number; readonly text: string }> {
  const home = await Deno.makeTempDir();
  try {
    const program = (name: string, text: string) =>
      Deno.writeTextFile(join(home, name), `#!/bin/sh\n${text}\n`, {
        mode: 0o755,
      });
    await program(
      "systemctl",
      `[ "$1" = is-active ] && [ ${agent} = active ]`,
    );
    for (const name of ["old", "new"]) {
      await program(name, `echo "${name} $*"`);
    }
    const { code, stdout, stderr } = await new Deno.Command("unshare", {
      args: [
        ...["-m", "bash", "-c"],
        `exec 2>&1; set -e; mount -t tmpfs tmpfs /usr/local/bin; mount -t tmpfs tmpfs /etc; ${steps}`,
      ],
      cwd: ROOT,
      env: {
        PATH: `${home}:${Deno.env.get("PATH")}`,
        // What --uninstall removes of the build must not be this machine's.
        XDG_CACHE_HOME: home,
        old: join(home, "old"),
        new: join(home, "new"),
      },
      stdin: "null",
    }).output();
    const decoder = new TextDecoder();
    return { code, text: decoder.decode(stdout) + decoder.decode(stderr) };
  } finally {
    await Deno.remove(home, { recursive: true });
  }
}

const ignore = Deno.uid() !== 0;
const FROM_OLD = "bash ./install.sh --from $old";
const FROM_NEW = "bash ./install.sh --from $new";
const NOW = "/usr/local/bin/hakit; ls -A /usr/local/bin";

Deno.test({
  name: "install.sh exchanges no executable below a running agent",
  ignore,
  async fn() {
    const seed = "cp $old /usr/local/bin/hakit";
    const refused = await install(
      `${seed}; ${FROM_NEW} || echo "code $?"; ${NOW}`,
      { agent: "active" },
    );
    assert.match(
      refused.text,
      /^install\.sh: [^\n]*hakit upgrade [^\n]*\/new"[^\n]*\ncode 1\nold \nhakit\n$/,
    );
    // Run again with the same one, with no agent, and where there is none yet: as always.
    const same = await install(`${seed}; ${FROM_OLD}; ${NOW}`, {
      agent: "active",
    });
    assert.deepEqual([same.code, same.text.includes("Installed")], [0, true]);
    const stopped = await install(`${seed}; ${FROM_NEW}; ${NOW}`, {
      agent: "inactive",
    });
    assert.match(stopped.text, /\nnew \nhakit\n$/);
    const first = await install(`${FROM_NEW}; ${NOW}`, { agent: "inactive" });
    assert.match(first.text, /\nnew \nhakit\n$/);
  },
});

Deno.test({
  name:
    "install.sh --uninstall without a terminal names no command that it removes",
  ignore,
  async fn() {
    const { code, text } = await install(
      "mkdir /etc/hakit; cp $old /usr/local/bin/hakit; bash ./install.sh --uninstall; ls -A /usr/local/bin",
      { agent: "inactive" },
    );
    assert.equal(code, 0, text);
    assert.match(text, /old uninstall\n/);
    assert.match(
      text,
      /Removed \/usr\/local\/bin\/hakit\nData is kept[^\n]*install hakit again[^\n]*\n$/,
    );
  },
});
