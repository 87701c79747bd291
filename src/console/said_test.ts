/**
 * Whatever a page says stands in the text files: French is marked, every page is asked for in French, and what is neither marked nor
 * comes from the cluster is found.
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { fakeAgent, PASSWORD } from "../../tests/console/fake_agent.ts";
import { sampleState } from "../../tests/console/sample.ts";
import {
  CHANNELS,
  DRILL,
  EXAMINED,
  LOG_1,
  LOG_2,
} from "../../tests/console/sample_story.ts";
import type { Connection } from "../api/auth.ts";
import type { ClusterState } from "../api/state.ts";
import { builtInModules } from "../module/catalog.ts";
import { commandsFor, moreFor, question } from "./question.ts";
import { fr } from "./text/fr.ts";
import { sayIn } from "./text/phrases.ts";
import { told } from "./text/speech.ts";
import { places } from "./view.ts";

const [OPEN, CLOSE] = ["\u27e6", "\u27e7"];

/** Every text of it in marks. */
function mark(part: Record<string, unknown>): void {
  for (const [key, value] of Object.entries(part)) {
    if (typeof value === "string") part[key] = OPEN + value + CLOSE;
    else if (typeof value === "function") {
      // What is put in is data, or marked itself.
      part[key] = (...given: unknown[]) =>
        OPEN + String(value(...given)).replaceAll(/[\u27e6\u27e7]/g, "") +
        CLOSE;
    } else mark(value as Record<string, unknown>);
  }
}
mark(fr as unknown as Record<string, unknown>);

/** Words that a page may show as they are. */
function dataOf(state: ClusterState): Set<string> {
  const texts: string[] = [];
  const collect = (value: unknown): void => {
    if (typeof value === "string") texts.push(value);
    else if (typeof value === "object" && value !== null) {
      Object.values(value).forEach(collect);
    }
  };
  // What the agent says comes from tables of its own.
  const said = told(state, sayIn("fr"));
  [state, said, LOG_1, LOG_2, EXAMINED, CHANNELS, DRILL].forEach(collect);
  return new Set(texts.flatMap(wordsOf).concat(OURS, builtInModules()));
}

/** Names of the product, roles, languages in their own words, units. */
const OURS = wordsOf(
  `hakit English Français 日本語 viewer operator administrator
  admin eve login user ms openapi.json grafana.json module.yaml start prim prestart KiB MiB GiB min UTC sh bin errd checker failover boot on off`,
);

function wordsOf(text: string): string[] {
  return text.match(/\p{L}{2,}/gu) ?? [];
}

/** What of a page's text, titles and labels is not marked. */
function unmarked(html: string): string {
  // What a log holds is nobody's text.
  const visible = html.replaceAll(/<(pre)\b[\s\S]*?<\/\1>/g, "");
  const attributes = [
    ...visible.matchAll(
      /\s(?:title|aria-label|placeholder|alt)="([^"]*)"/g,
    ),
  ].map(([, text]) => text!);
  const texts = visible.replaceAll(/<[^>]*>/g, "\n");
  return [texts, ...attributes].join("\n")
    .replaceAll(/&\w+;|&#\d+;/g, " ")
    .replaceAll(/\u27e6[^\u27e7]*\u27e7/g, " ");
}

function strange(html: string, data: ReadonlySet<string>): string[] {
  return [
    ...new Set(wordsOf(unmarked(html)).filter((word) => !data.has(word))),
  ];
}

const network: Connection = { kind: "network", address: "192.0.2.1" };

Deno.test("no page says anything that is not in the text files", async () => {
  const state = sampleState(
    {
      resync: null,
      maintenance: ["checker off"],
      lastResync: { bytesSent: 1, seconds: 2, full: true },
    },
    {
      role: "SECOND",
      status: "Transient",
      session: "resync",
      resync: {
        stage: "data",
        bytesDone: 1,
        bytesTotal: 2,
        bytesSent: 1,
        bytesPerSecond: 1,
        secondsLeft: 3,
      },
    },
  );
  await using agent = await fakeAgent(state);
  const headers = { "accept-language": "fr", accept: "text/html" };
  const ask = (path: string, init: RequestInit = {}) =>
    agent.app.request(path, init, { connection: network });
  const login = await ask("/login", {
    method: "POST",
    body: new URLSearchParams({ name: "admin", password: PASSWORD }),
  });
  const cookie = login.headers.get("set-cookie")!.split(";")[0]!;
  const data = dataOf(state);
  const pages = [
    ...[
      "/",
      "/timeline",
      "/resources",
      "/support",
      "/config",
      "/users",
      "/kept",
      "/config/cluster",
    ],
    ...["/account", "/audit", "/audit?node=node2", "/logs/agent?node=node1"],
    ...["/modules/k3s/logs?node=node1", "/modules/gone/logs", "/config/new"],
    ...["/config?module=gone", "/config/new?template=mirror&name=shop"],
    ...["/config/new?template=none&name=x", "/resources?module=gone"],
    ...["/modules/k3s/logs?node=node1&file=gone.log", "/nowhere"],
  ];
  for (const path of pages) {
    const answer = await ask(path, { headers: { ...headers, cookie } });
    const html = await answer.text();
    ok(html.includes(OPEN), `${path}: ${html.slice(0, 200)}`);
    // What the address names is shown again.
    const known = new Set([...data, ...wordsOf(path)]);
    deepStrictEqual(strange(html, known), [], path);
  }
  const post = async (path: string, fields: Record<string, string>) => {
    const body = new URLSearchParams(fields);
    const answer = await ask(path, {
      method: "POST",
      body,
      headers: { ...headers, cookie },
    });
    return await answer.text();
  };
  const account = await ask("/account", { headers: { ...headers, cookie } });
  const [, csrf = ""] =
    /name="csrf" value="([^"]+)"/.exec(await account.text()) ?? [];
  const forms: readonly (readonly [string, Record<string, string>])[] = [
    ["/users/add", { name: "ben", role: "viewer", password: "long enough" }],
    ["/users/role", { name: "ben", role: "operator" }],
    ["/users/password", { name: "ben", password: "long enough too" }],
    ["/users/remove", { name: "ben" }],
    ["/account/password", { old: "x", password: "yyyyyyyyy", again: "z" }],
  ];
  for (const [path, fields] of forms) {
    const html = await post(path, { ...fields, csrf });
    deepStrictEqual(strange(html, new Set([...data, "ben"])), [], path);
  }
  const strangers = [
    await (await ask("/login?once=x", { headers })).text(),
    await (await ask("/login", {
      method: "POST",
      headers,
      body: new URLSearchParams({ name: "admin", password: "wrong" }),
    })).text(),
    await post("/users/add", { csrf: "wrong" }),
  ];
  for (const html of strangers) deepStrictEqual(strange(html, data), []);
});

Deno.test("no question says anything that is not in the text files", () => {
  const states = [
    sampleState(),
    sampleState({ role: "ALONE" }, { role: "STOP", status: "NotReady" }),
    sampleState({ role: "WAIT", status: "NotReady" }, { role: "WAIT" }),
    sampleState({ role: "STOP", status: "NotReady" }, {
      maintenance: ["boot off"],
    }),
  ];
  let asked = 0;
  for (const state of states) {
    for (const place of places(state, "k3s")) {
      const commands = [
        ...commandsFor(place, "administrator"),
        ...moreFor(place, "administrator"),
        "swap" as const,
      ];
      for (const command of commands) {
        const wish = { command, module: "k3s", node: place.node.name };
        const { title, cost, confirm } = question(state, wish, fr) ?? {};
        if (title === undefined) continue;
        asked++;
        for (const text of [title, cost!, confirm!]) {
          strictEqual(text[0] === OPEN && text.at(-1) === CLOSE, true, text);
        }
      }
    }
  }
  ok(asked > 30, `${asked} questions`);
});
