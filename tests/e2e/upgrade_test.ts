/** `hakit upgrade` on two nodes in network namespaces: real builds of two versions, real replicators, a writer that counts. */
import assert from "node:assert/strict";
import { join } from "node:path";
import type { ClusterState } from "../../src/api/state.ts";
import { twoAgents, type Which } from "../console/agents.ts";
import { build } from "./builds.ts";
import { HAKIT } from "./lab.ts";

/** Adds numbers to a mirrored file and makes each durable; only then it counts as acknowledged, outside of both nodes' folders. */
const START = `#!/bin/sh
touch "$HAKIT_HOME/serving"
setsid sh -c '
  rows=$HAKIT_HOME/data/rows
  i=$(tail -n 1 "$rows" 2>/dev/null)
  i=\${i:-0}
  while [ -e "$HAKIT_HOME/serving" ]; do
    i=$((i + 1))
    echo $i >>"$rows" && sync "$rows" && echo $i >>"$HAKIT_HOME/../acked" && date +%s.%N >>"$HAKIT_HOME/../times"
    sleep 0.01
  done
  rm "$HAKIT_HOME/writing"
' >/dev/null 2>&1 </dev/null &
touch "$HAKIT_HOME/writing"
`;
const STOP = `#!/bin/sh
rm -f "$HAKIT_HOME/serving"
for try in $(seq 200); do [ -e "$HAKIT_HOME/writing" ] || exit 0; sleep 0.05; done
[ "$1" = force ] && rm -f "$HAKIT_HOME/writing"
exit 0
`;

type Agents = Awaited<ReturnType<typeof twoAgents>>;

async function stateOf(agents: Agents, node: Which): Promise<ClusterState> {
  const { code, text } = await agents.hakit(node, "state", "--json");
  assert.equal(code, 0, text);
  return JSON.parse(text);
}

async function level(agents: Agents): Promise<void> {
  let last = "";
  for (let tries = 0; tries < 120; tries++) {
    const state = await stateOf(agents, 1).catch(() => null);
    const roles = state?.nodes.map(({ modules: [plain] }) =>
      `${plain?.role} ${plain?.status}`
    ) ?? [];
    last = roles.join();
    if ([...roles].sort().join() === "PRIM Ready,SECOND Ready") {
      return;
    }
    await new Promise((done) =>
      setTimeout(done, 500)
    );
  }
  throw new Error(`never level: ${last}`);
}

/** The last acknowledged number; its line is whole, because one write appended it. */
async function ackedOf(shared: string): Promise<number> {
  const text = await Deno.readTextFile(join(shared, "acked"));
  return Number(text.trim().split("\n").at(-1));
}

/** Every acknowledged number is on both nodes, in order; the longest time without one, in seconds. */
async function check(agents: Agents, shared: string): Promise<number> {
  await level(agents);
  const acked = await ackedOf(shared);
  const primary = (await agents.serving())[0]!;
  const rows = (await agents.inside(
    primary,
    "cat",
    join(agents.data(primary), "rows"),
  )).trim().split("\n").map(Number);
  assert.deepEqual(
    rows.slice(0, acked),
    rows.slice(0, acked).map((_, i) => i + 1),
  );
  assert.ok(rows.length >= acked, `${rows.length} rows, ${acked} acknowledged`);
  const verified = await agents.hakit(primary, "verify", "plain");
  assert.equal(verified.code, 0, verified.text);
  const times = (await Deno.readTextFile(join(shared, "times"))).trim()
    .split("\n").map(Number);
  return Math.max(...times.slice(1).map((time, i) => time - times[i]!));
}

Deno.test({
  name:
    "a running pair is upgraded, keeps its service through a version that does not begin, and goes back",
  ignore: Deno.uid() !== 0,
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const folder = await Deno.makeTempDir({ prefix: "hakit-builds-" });
    await using cleanup = new AsyncDisposableStack();
    cleanup.defer(() => Deno.remove(folder, { recursive: true }));
    const next = await build(folder, { version: "9.1.0" });
    const broken = await build(folder, {
      version: "9.2.0",
      change: async (tree) => {
        const file = join(tree, "src/agent/agent.ts");
        const text = await Deno.readTextFile(file);
        const begin = "export async function runAgent(): Promise<number> {\n";
        assert.ok(text.includes(begin));
        await Deno.writeTextFile(
          file,
          text.replace(begin, `${begin}  if (Deno.pid > 0) return 1;\n`),
        );
      },
    });
    await using agents = await twoAgents({
      mirrored: true,
      executable: HAKIT,
      scripts: { start: START, stop: STOP },
    });
    const shared = join(agents.home(1), "..");
    agents.start(1);
    agents.start(2);
    const ok = async (node: Which, ...argv: string[]) => {
      const { code, text } = await agents.hakit(node, ...argv);
      assert.equal(code, 0, `hakit ${argv.join(" ")}: ${text}`);
      return text;
    };
    for (let tries = 0; tries < 60; tries++) {
      if ((await agents.hakit(1, "state")).code === 0) break;
      await new Promise((done) => setTimeout(done, 500));
    }
    // Alone: an upgrade would stop the service, and says so.
    await ok(1, "prim", "plain");
    const alone = await agents.hakit(1, "upgrade", next);
    assert.equal(alone.code, 1);
    assert.match(alone.text, /plain is ALONE .* expected PRIM and SECOND/);
    await ok(2, "start", "plain");
    await level(agents);
    const old = JSON.parse(await ok(1, "version", "--json")).version;

    // What is no hakit of this machine, in one line and without a change.
    const foreign = join(folder, "foreign");
    const bytes = await Deno.readFile(HAKIT);
    bytes[18] = bytes[18] === 62 ? 183 : 62;
    await Deno.writeFile(foreign, bytes, { mode: 0o755 });
    for (
      const [file, why] of [
        [foreign, /is an executable for (aarch64|x86_64), expected one for/],
        ["/bin/true", /is no hakit: "version --json"/],
        [join(root(), "install.sh"), /is no Linux executable/],
        ["/nowhere", /it does not exist/],
      ] as const
    ) {
      const refused = await agents.hakit(1, "upgrade", file);
      assert.equal(refused.code, 2, refused.text);
      assert.match(refused.text, why);
    }

    const before = await ackedOf(shared);
    const { upgraded } = JSON.parse(await ok(1, "upgrade", next, "--json"));
    assert.deepEqual(
      upgraded.map(({ from, to }: { from: string; to: string }) => [from, to]),
      [[old, "9.1.0"], [old, "9.1.0"]],
    );
    const state = await stateOf(agents, 2);
    assert.deepEqual(state.nodes.map(({ version }) => version), [
      "9.1.0",
      "9.1.0",
    ]);
    // The replicators are of the new version, too.
    assert.doesNotMatch(JSON.stringify(state.warnings), /(by|runs) hakit /);
    assert.ok(await check(agents, shared) < 10);
    assert.ok(await ackedOf(shared) > before);
    assert.match(await ok(1, "upgrade", next), /runs 9.1.0 already/);

    // It runs `version` and no agent: the guard puts the old one back, the other node is never touched.
    const serving = await agents.serving();
    const failed = await agents.hakit(1, "upgrade", broken);
    assert.equal(failed.code, 1);
    assert.match(failed.text, /9.2.0 did not begin on node\d, 9.1.0 was put/);
    assert.deepEqual(await agents.serving(), serving);
    assert.deepEqual(
      (await stateOf(agents, 1)).nodes.map(({ version }) => version),
      ["9.1.0", "9.1.0"],
    );
    await check(agents, shared);

    // The node that went through this has nothing older left: once more forth, then back.
    await ok(1, "upgrade", HAKIT);
    await ok(2, "upgrade", "--back");
    assert.deepEqual(
      (await stateOf(agents, 1)).nodes.map(({ version }) => version),
      ["9.1.0", "9.1.0"],
    );
    const pause = await check(agents, shared);
    // deno-lint-ignore no-console -- this is a test's own output
    console.log(JSON.stringify({ longestPauseSeconds: pause }));
  },
});

function root(): string {
  return join(import.meta.dirname!, "../..");
}
