import assert from "node:assert/strict";
import type { ClusterState, ModuleState } from "../api/state.ts";
import type { AgentApi, RoleRequest } from "./agent_api.ts";
import { ClientError } from "../api/client.ts";
import type { Command } from "./command.ts";
import { completionCommand } from "./completion.ts";
import { logCommand, merge, newLines, newOf } from "./log.ts";
import { outputTo } from "./output.ts";
import { resourceCommand } from "./resource.ts";
import { resyncCommand } from "./resync.ts";
import { roleCommand } from "./roles.ts";
import { run } from "./run.ts";
import { stateCommand } from "./state.ts";
import { fullsyncCommand } from "./fullsync.ts";
import { waitCommands } from "./wait.ts";

const MODULE: ModuleState = {
  name: "db",
  role: "PRIM",
  status: "Ready",
  upToDate: true,
  reason: null,
  identity: {
    current: "a",
    bitmap: null,
    history: [],
    upToDate: true,
    consistent: true,
    connected: true,
    epoch: 1,
  },
  session: "mirrored",
  resync: null,
  lastResync: null,
  dirtyBytes: 0,
  salvage: null,
  proven: null,
  differences: 0,
  failover: true,
  addresses: [{ address: "10.0.0.9/24", held: true }],
  resources: [],
  maintenance: [],
};

function cluster(...modules: Partial<ModuleState>[]): ClusterState {
  const node = (name: string, local: boolean) => ({
    name,
    local,
    reachable: true,
    version: "0.1.0",
    addresses: ["10.0.0.1"],
    modules: modules.map((change) => ({ ...MODULE, ...change })),
  });
  return {
    cluster: "c",
    nodes: [node("node1", true), node("node2", false)],
    links: [],
    arbiter: "none",
    sentence: "db runs on node1.",
    sentences: { db: "db runs on node1." },
    warnings: [],
  };
}

const RESOURCES = [{
  name: "tcp.web",
  at: 0,
  state: "down",
  detail: "connection refused",
  history: [{ at: 0, state: "down", detail: "connection refused" }],
}] as const;

/** Runs a command line over a fake agent; what it printed and asked. */
async function hakit(
  line: string,
  state: ClusterState | Error | (() => Promise<ClusterState>) = cluster({}),
  /** Whoever sits at the terminal, if anybody does; null: an end of input. */
  types?: string | null,
) {
  const told: string[] = [];
  const person = (question: string) => {
    told.push(question);
    return types;
  };
  const asked: RoleRequest[] = [];
  const set: unknown[] = [], resynced: unknown[] = [];
  const looked: string[] = [];
  const answer = async () => {
    if (state instanceof Error) throw state;
    return typeof state === "function" ? await state() : state;
  };
  const refuse = () => Promise.reject(new Error("not asked for here"));
  const api = (): AgentApi => ({
    verification: refuse,
    verify: refuse,
    resync: (request) => {
      resynced.push(request);
      return Promise.resolve();
    },
    modules: refuse,
    resources: ({ module }) => {
      looked.push(module);
      return Promise.resolve(RESOURCES);
    },
    setResource: (request) => {
      set.push(request);
      return Promise.resolve(RESOURCES);
    },
    switch: (request) => {
      set.push(request);
      return Promise.resolve();
    },
    install: refuse,
    archive: refuse,
    remove: refuse,
    setArbiter: refuse,
    removeArbiter: refuse,
    state: answer,
    role: (request) => {
      asked.push(request);
      return answer();
    },
    log: ({ lines }) => Promise.resolve([`${lines} lines`]),
    scripts: () => Promise.resolve(["start_prim_2.log", "start_prim_1.log"]),
    script: ({ file }) => Promise.resolve(`content of ${file}\n`),
  });
  let out = "", err = "";
  const table: Command[] = [
    stateCommand(api),
    logCommand(api),
    roleCommand("start", api),
    roleCommand("swap", api),
    roleCommand("prim", api, person),
    roleCommand("primforce", api, person),
    resourceCommand(api),
    resyncCommand(api),
    fullsyncCommand(api),
    ...waitCommands(api),
    completionCommand(() => table),
  ];
  const code = await run(line.split(" ").filter(Boolean), {
    table,
    out: outputTo({
      terminal: types !== undefined,
      colour: false,
      out: (text) => out += text,
      err: (text) => err += text,
      now: () => 0,
    }),
  });
  return { code, out, err, asked, told, resynced, looked };
}

Deno.test("run() suggests the command and the flag that were meant", async () => {
  const command = await hakit("stat");
  assert.equal(command.code, 2);
  assert.match(
    command.err,
    /unknown command "stat", did you mean "hakit state"/,
  );
  const flag = await hakit("state --jsn");
  assert.equal(flag.code, 2);
  assert.match(flag.err, /did you mean "--json"/);
  assert.match((await hakit("xyzzyx")).err, /see "hakit help"/);
});

Deno.test("run() refuses what does not fit the table", async () => {
  for (
    const [line, message] of [
      ["log --lines", /"--lines" needs a value/],
      ["log --lines --follow", /"--lines" needs a value.*--lines=VALUE/],
      ["log --lines=--follow", /--lines "--follow", expected a number/],
      ["log -n -f", /"-n" needs a value/],
      ["log --lines=5 --lines=6", /given twice/],
      ["log --lines 0", /expected a number from 1/],
      ["state --json=yes", /takes no value/],
      ["swap db more", /"more" is one argument too many/],
      ["completion", /SHELL is missing/],
      ["swap dc", /unknown module "dc", did you mean "db"\?/],
      ["log --script stop", /no log of a script "stop"/],
    ] as const
  ) {
    const { code, err, out } = await hakit(line);
    assert.equal(code, 2, line);
    assert.match(err, message);
    assert.equal(out, "");
    assert.equal(err.trimEnd().split("\n").length, 1);
  }
});

Deno.test("run() without a command prints help and says that it was wrong use", async () => {
  const { code, out } = await hakit("");
  assert.equal(code, 2);
  assert.match(out, /state +Show both nodes/);
  assert.equal((await hakit("help")).code, 0);
  assert.match((await hakit("prim --help")).out, /--full +copy everything/);
});

Deno.test("state ends in the sentence and prints the API's object as JSON", async () => {
  const { out, code } = await hakit("state");
  assert.equal(code, 0);
  assert.equal(out.trimEnd().split("\n").at(-1), "db runs on node1.");
  assert.match(out, /PRIM Ready/);
  const json = JSON.parse((await hakit("state --json")).out);
  assert.deepEqual(json, cluster({}));
});

Deno.test("state shows of a node that does not answer only the role it had", async () => {
  const disk = { name: "custom.space", state: "up", since: 0 } as const;
  const { nodes, ...rest } = cluster({
    reason: "the disk of node2 hangs",
    resources: [
      { ...disk, detail: "40 % full" },
      { ...disk, name: "tcp.web", state: "down", detail: null },
    ],
  });
  const [here, there] = nodes;
  const { out } = await hakit("state", {
    ...rest,
    nodes: [
      { ...here!, modules: [{ ...MODULE, role: "ALONE", session: "none" }] },
      { ...there!, reachable: false },
    ],
  });
  assert.match(out, /db +ALONE Ready +PRIM Ready \(last known\)\n/);
  assert.match(out, / data +up to date +unknown until it answers\n/);
  assert.match(out, / address +10.0.0.9\/24 +unknown until it answers\n/);
  assert.doesNotMatch(out, /space|tcp.web|hangs/);
});

Deno.test("state never calls a stopped copy up to date once the other node has gone on, or cannot be asked", async () => {
  const { nodes, ...rest } = cluster({});
  const [here, there] = nodes;
  const stopped = {
    role: "STOP",
    status: "NotReady",
    session: "none",
  } as const;
  const wentOn = { ...MODULE.identity, current: "b", bitmap: "a" };
  const data = async (
    mine: Partial<ModuleState>,
    theirs: Partial<ModuleState>,
    reachable = true,
  ) => {
    const { out } = await hakit("state", {
      ...rest,
      nodes: [
        { ...here!, modules: [{ ...MODULE, ...mine }] },
        { ...there!, reachable, modules: [{ ...MODULE, ...theirs }] },
      ],
    });
    return / {2}data +(.+)\n/.exec(out)![1]!.split(/ {2,}/);
  };
  const alone = { role: "ALONE", session: "none", identity: wentOn } as const;
  assert.deepEqual(await data(alone, stopped), ["up to date", "behind node1"]);
  assert.deepEqual(await data(stopped, alone, false), [
    "not known while node2 is silent",
    "unknown until it answers",
  ]);
  assert.deepEqual(await data({ ...stopped, identity: wentOn }, stopped), [
    "newer than node2's",
    "behind node1",
  ]);
  assert.deepEqual(await data(stopped, stopped), [
    "as it was when it stopped",
    "as it was when it stopped",
  ]);
});

Deno.test("state names what is down and what cannot be told, not what nobody looks at", async () => {
  const resource = (name: string, state: "down" | "unknown", detail?: string) =>
    ({ name, state, detail: detail ?? null, since: 0 }) as const;
  const { out } = await hakit(
    "state",
    cluster({
      resources: [
        resource("tcp.web", "down", "connection refused"),
        resource("tcp.mail", "down"),
        resource("custom.sql", "unknown", "ERROR 1045: Access denied"),
        resource("ping.router", "unknown"),
      ],
    }),
  );
  const found = ["node1", "node2"].flatMap((node) => [
    `db on ${node}: tcp.web is down: connection refused`,
    `db on ${node}: tcp.mail is down`,
    `db on ${node}: custom.sql cannot be told: ERROR 1045: Access denied`,
  ]);
  assert.deepEqual(
    out.split("\n").filter((line) => /tcp|custom|ping/.test(line)),
    found,
  );
});

Deno.test("state --quiet exits with the role", async () => {
  const roles = ["STOP", "WAIT", "ALONE", "PRIM", "SECOND"] as const;
  for (const [code, role] of roles.entries()) {
    const result = await hakit("state -q", cluster({ role }));
    assert.equal(result.code, code);
    assert.equal(result.out, "");
  }
});

Deno.test("state --quiet never lets a missing agent look like a primary", async () => {
  const gone = new ClientError("agent-not-running", "gone");
  assert.equal((await hakit("state --quiet", gone)).code, 5);
  assert.equal((await hakit("state", gone)).code, 3);
});

Deno.test("an error of the agent brings what to do as a second line, unless the first one says it", async () => {
  const refused = (message: string, remedy?: string) =>
    hakit("swap db", new ClientError("refused", message, { remedy }));
  const remedy = 'See "hakit state" for what is possible now';
  const { code, err } = await refused("node2 is not level", remedy);
  assert.equal(err, `hakit: node2 is not level\n       ${remedy}\n`);
  assert.equal(code, 1);
  for (const said of [`Not now. ${remedy}`, 'Not now: look at "hakit state"']) {
    assert.equal((await refused(said, remedy)).err, `hakit: ${said}\n`);
  }
  assert.equal((await refused("no")).err, "hakit: no\n");
});

Deno.test("the module may be left out only where there is one", async () => {
  const one = await hakit("swap --node node2");
  assert.deepEqual(one.asked, [{
    module: "db",
    command: "swap",
    node: "node2",
    full: false,
    wait: true,
  }]);
  assert.equal(one.code, 0);
  const two = await hakit("swap", cluster({}, { name: "web" }));
  assert.equal(two.code, 2);
  assert.match(two.err, /name a module: one of db, web/);
  assert.deepEqual(two.asked, []);
});

Deno.test("resync --external notes the restored copy first and then starts the secondary", async () => {
  const { asked, resynced, code, err } = await hakit(
    "resync --external -n node2",
  );
  assert.equal(code, 0, err);
  assert.deepEqual(resynced, [{
    module: "db",
    node: "node2",
    external: true,
  }]);
  assert.deepEqual(asked, [{
    module: "db",
    command: "second",
    node: "node2",
    full: false,
    wait: true,
  }]);
  for (const line of ["resync", "resync limit", "resync --external db x"]) {
    const wrong = await hakit(line);
    assert.equal(wrong.code, 2, line);
    assert.deepEqual([wrong.asked, wrong.resynced], [[], []]);
  }
});

Deno.test("a start that ends in WAIT has failed", async () => {
  const waiting = cluster({ role: "WAIT", status: "NotReady" });
  assert.equal((await hakit("start", waiting)).code, 1);
  assert.equal((await hakit("start --no-wait", waiting)).code, 0);
});

Deno.test("log shows lines and the newest run of a script", async () => {
  assert.equal((await hakit("log")).out, "50 lines\n");
  assert.equal(
    (await hakit("log --script start_prim")).out,
    "content of start_prim_2.log\n",
  );
});

Deno.test("merge() puts both nodes' lines in order of time and keeps what belongs together", () => {
  assert.deepEqual(
    merge([
      ["2026-11-25T10:00:01.000Z node1 a", "2026-11-25T10:00:03.000Z node1 b"],
      [
        "2026-11-25T10:00:02.000Z node2 c",
        "without a time",
        "2026-11-25T10:00:04.000Z node2 d",
      ],
      [],
    ]),
    [
      "2026-11-25T10:00:01.000Z node1 a",
      "2026-11-25T10:00:02.000Z node2 c",
      "without a time",
      "2026-11-25T10:00:03.000Z node1 b",
      "2026-11-25T10:00:04.000Z node2 d",
    ],
  );
});

Deno.test("newLines() gives what came since", () => {
  assert.deepEqual(newLines(["a", "b"], ["a", "b", "c"]), ["c"]);
  assert.deepEqual(newLines(["a"], ["x", "y"]), ["x", "y"]);
  assert.deepEqual(newLines([], ["x"]), ["x"]);
  assert.deepEqual(newLines(["a", "b"], ["a", "b"]), []);
});

Deno.test("newOf() tells each node's lines apart: one whose clock is behind loses none", () => {
  const shown = new Map([
    ["node1", ["2026-11-25T10:00:05.000Z node1 a"]],
    ["node2", ["2026-11-25T10:00:01.000Z node2 b"]],
  ]);
  const now = new Map([
    ["node1", ["2026-11-25T10:00:05.000Z node1 a"]],
    ["node2", [
      "2026-11-25T10:00:01.000Z node2 b",
      "2026-11-25T10:00:02.000Z node2 c",
    ]],
  ]);
  assert.deepEqual(newOf(shown, now), ["2026-11-25T10:00:02.000Z node2 c"]);
  // Shown before it fell silent is not shown again.
  now.delete("node1");
  assert.deepEqual(newOf(shown, now), ["2026-11-25T10:00:02.000Z node2 c"]);
});

Deno.test("resource list takes a module as its argument, as with --module", async () => {
  const two = cluster({}, { name: "web" });
  assert.deepEqual((await hakit("resource list web", two)).looked, ["web"]);
  assert.deepEqual((await hakit("resource list -m web", two)).looked, ["web"]);
  const wrong = await hakit("resource list wob", two);
  assert.equal(wrong.code, 2);
  assert.match(wrong.err, /unknown module "wob"/);
  assert.equal((await hakit("resource list web -m db", two)).code, 2);
});

Deno.test("completion names every command and is a script that bash reads", async () => {
  const { out } = await hakit("completion bash");
  for (
    const word of ["swap", "--quiet", "complete -o default -F _hakit hakit"]
  ) {
    assert.ok(out.includes(word), word);
  }
  const bash = new Deno.Command("bash", {
    args: [
      "-c",
      `${out}\nCOMP_WORDS=(hakit sw); COMP_CWORD=1; _hakit; echo "\${COMPREPLY[@]}"`,
    ],
  });
  const { stdout } = await bash.output();
  assert.equal(new TextDecoder().decode(stdout).trim(), "swap");
});

Deno.test("waitstate, waitstart and waitstop end when the role is reached, or say that it was not", async () => {
  const here = await hakit("waitstate prim");
  assert.equal(here.code, 0);
  assert.equal(here.out, "db runs on node1.\n");
  assert.equal((await hakit("waitstart db")).code, 0);
  const late = await hakit("waitstop --timeout 10ms");
  assert.equal(late.code, 1);
  assert.equal(late.out, "db runs on node1.\n");
  assert.equal(
    late.err,
    "hakit: gave up after 10ms: db is PRIM Ready on node1, expected STOP\n",
  );
  const starts = cluster({ role: "SECOND", status: "Transient" });
  for (
    const [line, expected] of [
      ["waitstart --timeout 1ms", "its work (Ready)"],
      ["waitstate SECOND --node node2 --timeout 1ms", "SECOND Ready"],
    ] as const
  ) {
    const { code, err } = await hakit(line, starts);
    assert.equal(code, 1);
    assert.match(
      err,
      /after 1ms: db is SECOND Transient on node[12], expected/,
    );
    assert(err.endsWith(`expected ${expected}\n`), err);
  }
  for (
    const [line, message] of [
      ["waitstate UP", /unknown role "UP", expected STOP, WAIT/],
      ["waitstart --timeout soon", /--timeout is "soon", expected a time/],
      ["waitstop --node node3", /unknown node "node3", expected node1 or/],
    ] as const
  ) {
    const { code, err } = await hakit(line);
    assert.equal(code, 2, line);
    assert.match(err, message);
  }
});

Deno.test("waitstart waits for an agent that is not there yet, and says at the end that there is none", async () => {
  const none = new ClientError("agent-not-running", "The agent does not run");
  const { code } = await hakit("waitstart --timeout 400ms", none);
  assert.equal(code, 3);
  let asked = 0;
  const late = () =>
    asked++ === 0
      ? Promise.reject(new ClientError("no-answer", "late"))
      : Promise.resolve(cluster({}));
  assert.equal((await hakit("waitstart", late)).code, 0);
});

Deno.test("fullsync asks the node that is SECOND, and says why when none is", async () => {
  const both = cluster({});
  const [one, two] = both.nodes;
  const second = two!.modules.map((module) => ({
    ...module,
    role: "SECOND" as const,
  }));
  const state = { ...both, nodes: [one!, { ...two!, modules: second }] };
  const { code, asked } = await hakit("fullsync db", state);
  assert.equal(code, 0);
  assert.deepEqual(asked, [{
    module: "db",
    command: "second",
    node: "node2",
    full: true,
    wait: true,
  }]);
  const { err } = await hakit("fullsync");
  assert.match(err, /no node is SECOND \(node1 is PRIM, node2 is PRIM\)/);
});

Deno.test("prim and primforce name what gives way, and ask whoever sits at the terminal for the node's name", async () => {
  const stopped = { role: "STOP", status: "NotReady" } as const;
  const parted = {
    ...stopped,
    identity: { ...MODULE.identity, current: "b", bitmap: "a" },
  };
  const state = cluster({ ...parted, dirtyBytes: 3 << 20 });
  for (const types of ["node2", "", "yes", null]) {
    const { code, out, asked, told } = await hakit("prim db", state, types);
    assert.equal(code, 1);
    assert.match(out, /^Nothing was changed\.\n$/);
    assert.deepEqual(asked, []);
    assert.match(
      told[0]!,
      /^Make node1 the primary of db\?\nnode1's copy becomes the good one\..*\nnode2 has up to 3\.0 MiB .*\nType node1, the node's name, to do it:$/,
    );
  }
  const done = await hakit("primforce db --node node2", state, "node2");
  assert.match(done.told[0]!, /^Force node2 to be the primary of db\?\n/);
  assert.equal(done.asked.length, 1);
  const other = await hakit("primforce db --other-folder", state, "node1");
  assert.match(other.told[0]!, /perhaps an empty folder/);
  assert.equal(other.asked[0]!.otherFolder, true);

  // Who says so at once is not asked, nor is a script.
  const yes = await hakit("primforce db --yes", state, null);
  assert.deepEqual([yes.told.length, yes.asked.length], [0, 1]);
  const script = await hakit("primforce db", state);
  assert.deepEqual([script.told.length, script.asked.length], [0, 1]);
  // Nothing gives way: both say that they hold the same, or have nothing yet.
  const level = cluster({ ...stopped, identity: MODULE.identity });
  const empty = cluster({
    ...stopped,
    identity: { ...MODULE.identity, current: null },
  });
  for (const state of [level, empty]) {
    const { told, asked } = await hakit("prim db", state, null);
    assert.deepEqual([told.length, asked.length], [0, 1]);
  }
  // But a forced role is always asked about, as in the console.
  const forced = await hakit("primforce db", level, "no");
  assert.deepEqual(forced.asked, []);
  assert.match(forced.told[0]!, /node2 has nothing that the other copy lacks/);
  // What the agent refuses it refuses without a question before.
  const served = cluster({ role: "PRIM" });
  assert.equal((await hakit("prim db", served, null)).told.length, 0);
});
