/** The pure parts: patterns, processes, answers of tools, the board, and the rules that follow from a module.yaml. */
import {
  deepStrictEqual,
  match,
  ok,
  strictEqual,
  throws,
} from "node:assert/strict";
import fc from "fast-check";
import { type ConfigError, parseModule } from "../module/load.ts";
import { processesSchema } from "../module/checkers.ts";
import { holds } from "../rules/evaluate.ts";
import type { ResourceState } from "../rules/rule.ts";
import { Board, HISTORY } from "./board.ts";
import { checksOf, linksOf, remoteNames, rulesOf } from "./checks.ts";
import { globFinds, globMatches } from "./glob.ts";
import {
  isCandidate,
  isMeant,
  judgeCount,
  needsLine,
  parseStat,
} from "./processes.ts";
import { judgeLinks, judgePage, judgeScript, judgeUnit } from "./reading.ts";

Deno.test("globMatches() is what a regular expression would say, in bounded time", () => {
  const text = fc.string({
    unit: fc.constantFrom("a", "b", "*", "?", "."),
    maxLength: 12,
  });
  fc.assert(fc.property(text, text, (pattern, word) => {
    const source = [...pattern].map((sign) =>
      sign === "*"
        ? "[^]*"
        : sign === "?"
        ? "[^]"
        : `\\x${sign.charCodeAt(0).toString(16)}`
    ).join("");
    strictEqual(
      globMatches(pattern, word),
      new RegExp(`^${source}$`).test(word),
    );
  }));
  const begun = performance.now();
  strictEqual(globFinds("a*".repeat(50) + "b", "a".repeat(20_000)), false);
  strictEqual(performance.now() - begun < 3000, true);
});

const check = (value: object) =>
  processesSchema.parse([{ name: "x", ...value }])[0]!;

Deno.test("processes are meant by name, also a long one, and by arguments", () => {
  const stat = "812 (mariadbd (x) 1) S 1 812 812 0 -1";
  deepStrictEqual(parseStat(stat), {
    pid: 812,
    name: "mariadbd (x) 1",
    state: "S",
  });
  strictEqual(parseStat("nonsense"), null);
  const process = { pid: 1, name: "a-very-long-nam", state: "S" };
  const long = check({ process: "a-very-long-name" });
  strictEqual(isCandidate(process, long), true);
  strictEqual(needsLine(process, long), true);
  strictEqual(isMeant(process, long, "/usr/bin/a-very-long-name\0-x"), true);
  strictEqual(isMeant(process, long, "/usr/bin/a-very-long-namesake"), false);
  const db = { pid: 1, name: "mariadbd", state: "S" };
  const data = check({
    process: "mariadbd",
    arguments: "--datadir=/srv/* --port=3306",
  });
  strictEqual(
    isMeant(db, data, "mariadbd\0--datadir=/srv/a\0--port=3306\0"),
    true,
  );
  strictEqual(isMeant(db, data, "mariadbd\0--datadir=/srv/a\0"), false);
  strictEqual(needsLine(db, check({ process: "mariadbd" })), false);
  strictEqual(
    isCandidate({ ...db, state: "Z" }, check({ process: "*" })),
    false,
  );
});

Deno.test("judgeCount() knows too few and too many", () => {
  const wanted = check({ process: "x", at_least: 1, at_most: 2 });
  deepStrictEqual(
    [0, 1, 2, 3].map((count) => judgeCount(wanted, count)),
    [
      { state: "down", detail: "0 run, expected at least 1" },
      { state: "up", detail: null },
      { state: "up", detail: null },
      { state: "down", detail: "3 run, expected at most 2" },
    ],
  );
});

Deno.test("answers of scripts, tools and servers are read", () => {
  const end = { timedOut: false, output: "first\nlast\x1b[0m\n\n" };
  strictEqual(judgeScript({ ...end, code: 0 }, 1000).state, "up");
  deepStrictEqual(judgeScript({ ...end, code: 1 }, 1000), {
    state: "down",
    detail: "last [0m",
  });
  strictEqual(judgeScript({ ...end, code: 75 }, 1000).state, "unknown");
  // What some readers take for the end of a line, and what moves a terminal's cursor without an escape character.
  const ends = { ...end, code: 1, output: "one\u2028two\x9b2Jthree\n" };
  strictEqual(judgeScript(ends, 1000).detail, "one two 2Jthree");
  match(
    judgeScript({ ...end, code: 0, timedOut: true }, 1000).detail!,
    /longer than 1 s/,
  );

  const links = [
    {
      ifname: "eth0",
      flags: ["UP", "LOWER_UP"],
      addr_info: [{ local: "10.0.0.1" }],
    },
    { ifname: "eth1", flags: ["UP", "NO-CARRIER"] },
    { ifname: "eth2", flags: [] },
  ];
  const state = (wanted: { interface?: string; address?: string }) =>
    judgeLinks(links, wanted).detail;
  strictEqual(state({ interface: "eth0" }), null);
  strictEqual(state({ address: "10.0.0.1" }), null);
  strictEqual(state({ interface: "eth1" }), "eth1 has no carrier");
  strictEqual(state({ interface: "eth2" }), "eth2 is switched off");
  strictEqual(state({ interface: "eth3" }), "there is no eth3");
  strictEqual(state({ address: "10.0.0.9" }), "no interface has 10.0.0.9");

  const page = { status: 200, text: "<h1>Welcome home</h1>" };
  strictEqual(
    judgePage(page, { status: 200, pattern: "Welcome*</h1>" }).state,
    "up",
  );
  strictEqual(
    judgePage(page, { status: 204 }).detail,
    "status 200, expected 204",
  );
  match(
    judgePage(page, { status: 200, pattern: "Bye" }).detail!,
    /not on the page/,
  );

  strictEqual(judgeUnit("active\n").state, "up");
  strictEqual(judgeUnit("failed\n").state, "down");
  strictEqual(judgeUnit("activating\n").state, "unknown");
});

Deno.test("Board keeps a bounded history and tells a change from a repetition", () => {
  const board = new Board(["tcp.web"], 0);
  strictEqual(board.assign("tcp.web", { state: "up", detail: null }, 1), true);
  strictEqual(board.assign("tcp.web", { state: "up", detail: null }, 2), false);
  strictEqual(board.get("tcp.web")?.at, 1);
  strictEqual(
    board.assign("tcp.other", { state: "up", detail: null }, 2),
    false,
  );
  for (let at = 10; at < 300; at++) {
    const state = at % 2 === 0 ? "down" : "up";
    board.assign("tcp.web", { state, detail: `${at}` }, at);
  }
  const { history, state } = board.get("tcp.web")!;
  deepStrictEqual([history.length, history.at(-1)?.at, state], [
    HISTORY,
    299,
    "up",
  ]);
});

const MODULE = `name: app
mode: mirror
checkers:
  tcp:
    - name: web
      port: 80
  intf:
    - name: lan
      interface: eth0
  custom:
    - name: outside
      when: both
processes:
  - name: httpd
    process: httpd
`;

Deno.test("checksOf() puts variables in", () => {
  const yaml = MODULE.replace("process: httpd", "process: '${HTTPD}-x'") +
    "variables: {HTTPD: nginx}\n";
  const check = checksOf(parseModule(yaml, "m.yaml")).at(-1)!;
  strictEqual(check.kind === "proc" && check.process, "nginx-x");
});

Deno.test("rulesOf() puts own rules first, then those of checkers; an own one of the same name replaces", () => {
  const module = parseModule(
    `${MODULE}rules: |
  dead: if (tcp.web == down && remote.intf.* == up) then swap()
  t_web: if (tcp.web == down) for 1m then stop()
`,
    "module.yaml",
  );
  deepStrictEqual(
    rulesOf(module).map(({ label, action }) => `${label} ${action}`),
    [
      "dead swap",
      "t_web stop",
      "interface_failure_lan wait",
      "errd_httpd stopstart",
    ],
  );
  deepStrictEqual(remoteNames(rulesOf(module), checksOf(module)), ["intf.lan"]);
});

Deno.test("rulesOf() swaps where only this node is without the network of a virtual address, and the other one is heard", () => {
  const module = parseModule(
    `name: app
mode: mirror
virtual_addresses: [{ address: 10.0.0.9/24 }, { address: "fd00::9/64" }]
rules: "moved: if (remote.intf.* == up and intf.? == down) for 1h then stop()"
`,
    "module.yaml",
  );
  const rules = rulesOf(module);
  deepStrictEqual(
    rules.map(({ label, action, holdMs }) => [label, action, holdMs]),
    [
      ["moved", "stop", 3_600_000],
      ["interface_failure_10.0.0.9", "swap", 5_000],
      ["interface_failure_fd00::9", "swap", 5_000],
    ],
  );
  const names = ["intf.10.0.0.9", "intf.fd00::9"];
  // Told with each heartbeat, and looked at in every role: the other node must know.
  deepStrictEqual(remoteNames(rules, linksOf(module)), names);
  ok(linksOf(module).every(({ when }) => when === "pre"));
  const fires = (here: ResourceState, there: ResourceState | null) =>
    holds(rules[1]!.condition, {
      local: new Map([[names[0]!, { state: here, detail: null }]]),
      remote: new Map(
        there === null ? [] : [[names[0]!, { state: there, detail: null }]],
      ),
    });
  strictEqual(fires("down", "up"), true);
  for (const here of ["up", "unknown", "init"] as const) {
    strictEqual(fires(here, "up"), false, here);
  }
  // A switch that both hang on; an agent that has just begun; a node of an older version; one that is not heard.
  for (const there of ["down", "init", "unknown", null] as const) {
    strictEqual(fires("down", there), false, `${there}`);
  }
});

for (
  const [change, place, message] of [
    [
      "rules: |\n\n  # one\n    if (tcp.wbe == down) then swap()\n",
      "20:9",
      /no checker is called "tcp.wbe"/,
    ],
    ["rules: if (tcp.web == dwn) then swap()\n", "17:23", /found "dwn"/],
    [
      'rules: "if (custom.outside == down) then wait()"\n',
      "17:13",
      /needs "when: pre"/,
    ],
    [
      "rules: |\n  if (tcp.web == down)\n  then explode()\n",
      "19:8",
      /found "explode"/,
    ],
  ] as const
) {
  Deno.test(`module.yaml: ${message} has its place in the file`, () => {
    throws(
      () => parseModule(`${MODULE}\n${change}`, "m.yaml"),
      (error: ConfigError) => {
        strictEqual(`${error.line}:${error.column}`, place);
        match(error.message, message);
        return true;
      },
    );
  });
}

for (
  const [from, to, message] of [
    [
      "port: 80",
      "prt: 80",
      /checkers\.tcp\.0\.prt: unknown key "prt", expected one of name, interval/,
    ],
    ["port: 80", "port: 80\n      action: wait", /wait needs "when: pre"/],
    ["port: 80", "port: 80\n      interval: 1ms", /expected at least "200ms"/],
    ["interface: eth0", "when: pre", /expected either interface or address/],
    ["process: httpd", "at_least: 2", /expected either process or unit/],
    ["name: lan", "name: 'a b'", /expected a name/],
    [
      "port: 80",
      "port: 80\n    - name: web\n      port: 81",
      /checker "tcp.web" already/,
    ],
    ["process: httpd", "process: '${HTTPD}'", /there is no variable HTTPD/],
    [
      "port: 80",
      "port: 80\n  mount: [{name: a}]",
      /the module has no mirrored/,
    ],
    [
      "port: 80",
      "port: 80\n  module: [{name: a, module: app}]",
      /this module itself/,
    ],
    ["tcp:", "tpc:", /unknown key "tpc", expected one of tcp, ping, intf/],
  ] as const
) {
  Deno.test(`module.yaml with ${JSON.stringify(to)} is refused`, () => {
    throws(
      () => parseModule(MODULE.replace(from, to), "m.yaml"),
      (error: ConfigError) => {
        match(error.message, message);
        strictEqual(error.line !== null && error.line > 1, true);
        return true;
      },
    );
  });
}

Deno.test("the built-in mariadb moves a dead database, and one off a full disk only to a server with room", async () => {
  const file = new URL("../../modules/mariadb/module.yaml", import.meta.url);
  const module = parseModule(await Deno.readTextFile(file), "module.yaml");
  const byLabel = (label: string) =>
    rulesOf(module).find((one) => one.label === label)!;
  strictEqual(byLabel("dead").action, "stopstart");
  strictEqual(byLabel("full").action, "swap");
  const fires = (
    local: { readonly [name: string]: "up" | "down" },
    there: "up" | "down" | "unknown",
    rule = byLabel("dead"),
  ) => {
    const states: [string, "up" | "down"][] = Object.entries({
      "custom.sql": "up",
      "custom.space": "up",
      "mount.data": "up",
      ...local,
    });
    return holds(rule.condition, {
      local: new Map(
        states.map(([name, state]) => [name, { state, detail: null }]),
      ),
      remote: new Map([["custom.space", { state: there, detail: null }]]),
    });
  };
  const full = { "custom.space": "down", "mount.data": "down" } as const;
  deepStrictEqual(
    [
      fires({}, "up"),
      fires({ "custom.sql": "down" }, "unknown"),
      fires({ "mount.data": "down" }, "up"),
      fires({ "custom.space": "down" }, "up"),
      fires(full, "up"),
      fires(full, "down"),
      fires(full, "unknown"),
    ],
    [false, true, true, false, true, false, false],
  );
  deepStrictEqual(
    (["up", "down", "unknown"] as const).map((there) =>
      fires({ "custom.space": "down" }, there, byLabel("full"))
    ),
    [true, false, false],
  );
  deepStrictEqual(remoteNames(rulesOf(module), checksOf(module)), [
    "custom.space",
  ]);
});

Deno.test("the built-in k3s notices a database that died before K3s gives up without it", async () => {
  const file = new URL("../../modules/k3s/module.yaml", import.meta.url);
  const module = parseModule(await Deno.readTextFile(file), "module.yaml");
  const check = checksOf(module).find((one) => one.resource === "proc.mariadb");
  ok(check !== undefined && check.when === "prim" && check.interval <= 2_000);
  const rule = rulesOf(module).find(({ label }) => label === "errd_mariadb");
  deepStrictEqual([rule?.action, rule?.holdMs], ["stopstart", 0]);
});

Deno.test("a failing check in the middle of a text is one line", () => {
  fc.assert(fc.property(fc.string(), (output) => {
    const { detail } = judgeScript({ code: 1, timedOut: false, output }, 1000);
    strictEqual(detail !== null && !/[\n\r]/.test(detail), true);
    strictEqual(detail!.length <= 200, true);
  }));
});
