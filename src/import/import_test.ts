import {
  deepStrictEqual,
  match,
  ok,
  strictEqual,
  throws,
} from "node:assert/strict";
import fc from "fast-check";
import { strToU8, zipSync } from "fflate";
import { parseModule } from "../module/load.ts";
import { importModule } from "./import.ts";

const CONFIG = `<?xml version="1.0" encoding="iso-8859-1"?>
<safe>
  <macro name="VIP" value="10.0.0.100"/>
  <macro name="DATA" value="/srv/shop"/>
  <!-- a caf\u00e9 -->
  <service mode="mirror" boot="on" boot_delay="10" defaultprim="lastprim" maxloop="5" loop_interval="12">
    <heart pulse="700" timeout="30000">
      <heartbeat name="default"/>
      <heartbeat name="repli" ident="flow"/>
    </heart>
    <vip>
      <interface_list>
        <interface check="on" arpreroute="on">
          <real_interface>
            <virtual_addr addr="%VIP%" where="one_side_alias" netmask="255.255.255.0"/>
          </real_interface>
        </interface>
      </interface_list>
    </vip>
    <rfs async="second" acl="on" nbrei="3" reiallowedbw="20000" syncat="0 2 * * *">
      <replicated dir="%DATA%" mode="read_only">
        <notreplicated path="tmp"/>
        <notreplicated regexpath=".*\\.bak$"/>
        <tocheck path="mounted"/>
      </replicated>
    </rfs>
    <user nicestoptimeout="60" forcestoptimeout="30" logging="userlog">
      <var name="SHOPDIR" value="%DATA%"/>
      <var name="port" value="8080"/>
    </user>
    <vhost><virtualhostname name="shop" when="prim"/></vhost>
    <errd polltimer="10">
      <proc name="httpd" atleast="1" action="restart" class="prim" start_after="3"/>
      <proc name="mariadb" service="yes" action="stopstart" class="both"/>
      <proc name="own" argregex="-c .*" action="/opt/handler" class="nightly"/>
    </errd>
    <check>
      <tcp ident="web" when="prim" action="restart"><to addr="%VIP%" port="80" interval="10" timeout="5"/></tcp>
      <ping ident="router" when="pre"><to addr="10.0.0.254"/></ping>
      <intf ident="lan" when="pre"><to local_addr="10.0.0.1"/></intf>
      <custom ident="age" when="prim" exec="check_age" arg="5" action="stopstart"/>
      <module name="Db"><to addr="10.0.0.9" port="9010"/></module>
      <splitbrain ident="witness" exec="ping" arg="10.0.0.254"/>
    </check>
    <failover period="5000" handle_time="20000"><![CDATA[
      web_failure: if (tcp.web == down) then stopstart();
    ]]></failover>
  </service>
</safe>
`;

function archive(
  files: Readonly<{ [path: string]: string | Uint8Array }> = {},
  config: string | Uint8Array = Uint8Array.from(
    CONFIG,
    (sign) => sign.charCodeAt(0),
  ),
): Uint8Array {
  const all: { [path: string]: Uint8Array } = {};
  for (
    const [path, content] of Object.entries({
      "conf/userconfig.xml": config,
      ...files,
    })
  ) all[path] = typeof content === "string" ? strToU8(content) : content;
  return zipSync(all);
}

Deno.test("importModule() makes a module of each part, and names what a person must look at", () => {
  const { files, missing, look, problem } = importModule(
    archive({
      "bin/start_prim":
        "#!/bin/sh\nsystemctl start httpd || safekit stop -i start_prim\n",
      "bin/stop_prim": "#!/bin/sh\r\nexit 0\r\n",
      "bin/check_age": "#!/bin/sh\nwhile :; do safekit set -r $2 -v up; done\n",
      "bin/start_prim.cmd": "echo",
      "index.lst": "x",
    }),
    "shop",
  );
  strictEqual(problem, null);
  deepStrictEqual(files.map(({ path, executable }) => [path, executable]), [
    ["bin/start_prim", true],
    ["bin/stop_prim", true],
    ["bin/check_age", true],
    ["module.yaml", false],
    ["IMPORT.txt", false],
  ]);
  const text = new TextDecoder().decode(
    files.find(({ path }) => path === "module.yaml")!.content,
  );
  const module = parseModule(text, "module.yaml");
  strictEqual(module.boot, "on");
  strictEqual(module.boot_delay, 10_000);
  strictEqual(module.default_primary, "last");
  strictEqual(module.max_restarts, 5);
  strictEqual(module.restart_period, 12 * 3_600_000);
  deepStrictEqual(module.virtual_addresses, [{ address: "10.0.0.100/24" }]);
  strictEqual(module.directories[0]?.path, "/srv/shop");
  strictEqual(module.directories[0]?.tocheck, "mounted");
  deepStrictEqual(module.directories[0]?.exclude, ["tmp"]);
  strictEqual(module.resync.limit, "20000K");
  deepStrictEqual(module.variables, { SHOPDIR: "/srv/shop", PORT: "8080" });
  strictEqual(module.scripts.stop_timeout, 60_000);
  deepStrictEqual(
    module.processes.map((
      { name, process, unit, action, when, start_delay },
    ) => [name, process ?? unit, action, when, start_delay]),
    [
      ["httpd", "httpd", "restart", "prim", 20_000],
      ["mariadb", "mariadb.service", "stopstart", "both", 0],
      ["own", "own", "nothing", "prim", 0],
    ],
  );
  const [tcp] = module.checkers.tcp;
  deepStrictEqual([tcp?.name, tcp?.address, tcp?.port, tcp?.action], [
    "web",
    "10.0.0.100",
    80,
    "restart",
  ]);
  strictEqual(module.checkers.ping[0]?.action, "wait");
  strictEqual(module.checkers.intf[0]?.address, "10.0.0.1");
  deepStrictEqual(
    [module.checkers.custom[0]?.name, module.checkers.custom[0]?.script],
    ["age", undefined],
  );
  strictEqual(module.checkers.module[0]?.module, "db");
  strictEqual(module.hold, 20_000);
  match(
    module.rules,
    /^web_failure: if \(tcp.web == down\) then stopstart\(\)/,
  );

  const all = look.join("\n");
  for (
    const word of [
      /heartbeats went over default, repli/,
      /regular expression: write exclude/,
      /syncat="0 2 \* \* \*"/,
      /variable port is called PORT/,
      /own program is not run/,
      /class="nightly"/,
      /custom checker age/,
      /split brain: ping of 10.0.0.254/,
      /bin\/start_prim: line 2 uses/,
      /bin\/stop_prim: its lines end as on Windows/,
      /bin\/check_age: is called by no transition/,
    ]
  ) match(all, word);
  const gone = missing.join("\n");
  for (
    const word of [
      /async="second">: each write is on both nodes/,
      /<vhost>/,
      /bin\/start_prim.cmd: a script for Windows/,
      /index.lst: not taken over/,
    ]
  ) match(gone, word);
});

Deno.test("importModule() says what must be corrected where module.yaml is not valid as it is", () => {
  const { problem, look, files } = importModule(
    archive(
      {},
      '<safe><service mode="mirror"><rfs><replicated dir="%WHERE%"/></rfs></service></safe>',
    ),
    "shop",
  );
  match(problem!, /^module.yaml:\d+:\d+: directories.0.path/);
  match(look.join("\n"), /%WHERE% is defined nowhere/);
  match(look.join("\n"), /boot was "ignore"/);
  const yaml = files.find(({ path }) => path === "module.yaml")!;
  match(new TextDecoder().decode(yaml.content), /^# To be corrected/);
});

Deno.test("importModule() refuses what is no module, or would do harm, in one line", () => {
  const bomb = archive({ "bin/big": new Uint8Array(20 * 1024 * 1024) });
  const many: { [path: string]: string } = {};
  for (let n = 0; n < 1001; n++) many[`bin/f${n}`] = "";
  const deep = "<a>".repeat(50) + "</a>".repeat(50);
  const entity =
    '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;">]><safe>&b;</safe>';
  for (
    const [bytes, why] of [
      [new Uint8Array(0), /no zip archive/],
      [strToU8("not a zip, whatever its name says"), /no zip archive/],
      [bomb, /unpacks to more/],
      [archive(many), /more than 1000 files/],
      [archive({ "../../etc/passwd": "x" }), /no plain path/],
      [archive({ "/etc/passwd": "x" }), /no plain path/],
      [archive({ "bin\\..\\x": "x" }), /no plain path/],
      [archive({ "bin/a\nb": "x" }), /no plain path/],
      [zipSync({ "bin/x": strToU8("x") }), /holds no "conf\/userconfig.xml"/],
      [archive({}, "<safe><service"), /userconfig.xml line 1/],
      [archive({}, entity), /declares a document type/],
      [archive({}, `<safe>${deep}</safe>`), /nested too deep/],
      [archive({}, "<other/>"), /no element <safe>/],
      [archive({}, '<safe><service mode="farm"/></safe>'), /of mode "farm"/],
      [archive({}, new Uint8Array(2 * 1024 * 1024)), /larger than/],
    ] as const
  ) {
    throws(() => importModule(bytes, "shop"), (error: unknown) => {
      ok(error instanceof Error);
      match(error.message, why);
      strictEqual(error.message.includes("\n"), false);
      return true;
    });
  }
});

Deno.test("importModule() ends orderly on whatever bytes", () => {
  const good = archive({ "bin/start_prim": "#!/bin/sh\n" });
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), {
        minLength: 1,
        maxLength: 8,
      }),
      (changes) => {
        const bytes = good.slice();
        for (const [at, value] of changes) bytes[at] = value;
        try {
          ok(importModule(bytes, "shop").files.length >= 2);
        } catch (error) {
          ok(error instanceof Error);
          ok(
            !["TypeError", "RangeError"].includes(error.name),
            `${error.stack}`,
          );
        }
      },
    ),
    { numRuns: 500 },
  );
});

Deno.test("importModule() takes classic rules over that stand beside rules in Lua, and names those that it leaves", () => {
  const rules = (inside: string) => {
    const { files, look } = importModule(
      archive(
        {},
        `<safe><service mode="mirror"><check><tcp ident="web" when="prim" action="restart"><to addr="10.0.0.1" port="80"/></tcp></check><failover>${inside}</failover></service></safe>`,
      ),
      "shop",
    );
    const { content } = files.find(({ path }) => path === "module.yaml")!;
    const module = parseModule(
      new TextDecoder().decode(content),
      "module.yaml",
    );
    return { taken: module.rules, look: look.join("\n") };
  };
  const lua = `<![CDATA[
    --Lua Rules
    Rules = Rules + {disk_full=if_then("custom.disk","down",Action.stopstart),_group="checker"}
    Rules.disable("ip_failure")
  ]]>`;
  const classic = (label: string) =>
    `<![CDATA[\n  ${label}: if (tcp.web == down) then stopstart();\n]]>`;
  const both = rules(classic("web_failure") + lua + classic("second"));
  match(both.taken ?? "", /^web_failure: .*\nsecond: .*\n$/);
  match(both.look, /in Lua: .*disk_full.*Rules\.disable\("ip_failure"\)/);
  match(both.look, /failover rules were taken over/);
  const alone = rules(lua);
  strictEqual(alone.taken || null, null);
  match(alone.look, /disk_full/);
  match(rules(`<![CDATA[--Lua\nprint(1)\n]]>`).look, /in Lua: .*print\(1\)/);
});
