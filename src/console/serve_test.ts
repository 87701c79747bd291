import { match, ok, strictEqual } from "node:assert/strict";
import { fakeAgent, PASSWORD } from "../../tests/console/fake_agent.ts";
import { sampleState } from "../../tests/console/sample.ts";
import type { Connection } from "../api/auth.ts";
import type { ClusterState } from "../api/state.ts";
import { LANGUAGES, texts } from "./text/texts.ts";

const network: Connection = { kind: "network", address: "192.0.2.1" };

async function world(state: ClusterState = sampleState()) {
  const agent = await fakeAgent(state);
  const request = (path: string, init: RequestInit = {}) =>
    agent.app.request(path, init, { connection: network });
  const post = (path: string, fields: Record<string, string>, headers = {}) =>
    request(path, {
      method: "POST",
      body: new URLSearchParams(fields),
      headers,
    });
  const enter = async (name = "admin") => {
    const response = await post("/login", { name, password: PASSWORD });
    strictEqual(response.status, 303);
    return response.headers.get("set-cookie")!.split(";")[0]!;
  };
  const look = async (path: string, cookie: string) => {
    const response = await request(path, { headers: { cookie } });
    return { response, text: await response.text() };
  };
  return {
    agent,
    request,
    post,
    enter,
    look,
    [Symbol.asyncDispose]: () => agent[Symbol.asyncDispose](),
  };
}

Deno.test("consoleRoutes() leads a stranger to the login and back to where he wanted", async () => {
  await using all = await world();
  for (
    const [path, to] of [
      ["/", "/login"],
      [
        "/modules/k3s/logs?node=node2",
        "/login?next=%2Fmodules%2Fk3s%2Flogs%3Fnode%3Dnode2",
      ],
      ["/modules/k3s/logs/save", "/login?next=%2Fmodules%2Fk3s%2Flogs%2Fsave"],
    ] as const
  ) {
    const response = await all.request(path);
    strictEqual(response.status, 303);
    strictEqual(response.headers.get("location"), to);
  }
});

Deno.test("consoleRoutes() goes on to its own pages only after a login", async () => {
  await using all = await world();
  for (
    const [next, to] of [
      ["/modules/k3s/logs?node=node2", "/modules/k3s/logs?node=node2"],
      ["//evil.example/", "/"],
      ["/\\evil.example/", "/"],
      ["/\t/evil.example/", "/"],
      ["/.//evil.example/", "/evil.example/"],
      ["https://evil.example/", "/"],
      ["javascript:alert(1)", "/"],
    ] as const
  ) {
    const response = await all.post("/login", {
      name: "admin",
      password: PASSWORD,
      next,
    });
    strictEqual(response.headers.get("location"), to, next);
  }
});

Deno.test("consoleRoutes() refuses a wrong password, another site's form and a long one", async () => {
  await using all = await world();
  const wrong = await all.post("/login", { name: "admin", password: "guess" });
  strictEqual(wrong.status, 401);
  strictEqual(wrong.headers.get("set-cookie"), null);
  match(await wrong.text(), /Wrong name or password/);
  const right = { name: "admin", password: PASSWORD };
  const strange = await all.post("/login", right, {
    origin: "https://evil.example",
    host: "node1:9010",
  });
  strictEqual(strange.status, 403);
  const long = await all.post("/login", { ...right, next: "x".repeat(9000) });
  strictEqual(long.status, 413);
  const link = await all.post("/login", { once: "A".repeat(43) });
  strictEqual(link.status, 401);
});

Deno.test("consoleRoutes() takes what is no form for an empty one", async () => {
  await using all = await world();
  const cookie = await all.enter();
  for (const [path, status] of [["/login", 400], ["/account/password", 403]]) {
    const answer = await all.request(String(path), {
      method: "POST",
      headers: { "content-type": "multipart/form-data; boundary=x", cookie },
      body: "no part",
    });
    strictEqual(answer.status, status);
  }
});

Deno.test("consoleRoutes() escapes HTML in reasons, sentences, names and logs", async () => {
  const evil = `"><script>alert(1)</script>'`;
  await using all = await world(
    sampleState({ role: "WAIT", status: "NotReady", reason: evil }, {}, {
      sentence: evil,
      warnings: [evil],
      cluster: evil,
    }),
  );
  const cookie = await all.enter();
  const page = await all.look("/", cookie);
  strictEqual(page.response.status, 200);
  ok(!page.text.includes("<script>alert"));
  ok(page.text.includes("&lt;script&gt;alert(1)"));
  const log = await all.look("/modules/k3s/logs?node=node1", cookie);
  ok(log.text.includes("&lt;b&gt;bold&lt;/b&gt;"));
  ok(!log.text.includes("<b>bold"));
  const again = await all.post("/login", { name: evil, password: "guess" });
  ok(!(await again.text()).includes("<script>alert"));
  const once = await all.request(`/login?once=${encodeURIComponent(evil)}`);
  ok(!(await once.text()).includes("<script>alert"));
});

Deno.test("consoleRoutes() forbids inline scripts, frames and caching of pages", async () => {
  await using all = await world();
  const { response, text } = await all.look("/", await all.enter());
  const policy = response.headers.get("content-security-policy")!;
  match(policy, /default-src 'none'/);
  match(policy, /script-src 'self'(;|$)/);
  match(policy, /frame-ancestors 'none'/);
  ok(!policy.includes("unsafe"));
  strictEqual(response.headers.get("cache-control"), "no-store");
  ok(!/ style=|<style| on[a-z]+=/.test(text), "inline style or handler");
});

Deno.test("consoleRoutes() reads logs by looking names up, never by path", async () => {
  await using all = await world();
  const cookie = await all.enter();
  const good = "start_prim_2026-11-23T02-20-11.log";
  const log = (file: string, node = "node1", module = "k3s") =>
    all.look(
      `/modules/${encodeURIComponent(module)}/logs?node=${
        encodeURIComponent(node)
      }&file=${encodeURIComponent(file)}`,
      cookie,
    );
  match((await log(good, "node2")).text, /MariaDB started on node2/);
  for (
    const file of [
      "../../etc/passwd",
      "/etc/passwd",
      `${good}\0`,
      "start_prim_2026-11-23T02-20-12.log",
      "..",
    ]
  ) {
    const { text } = await log(file);
    match(text, /no script log of that name/, file);
    ok(!text.includes("a path was asked for"));
  }
  strictEqual((await log(good, "node9")).response.status, 404);
  // "/modules/../logs" is "/logs" before it arrives here: the page of all logs, which looks for no file.
  const { response } = await log(good, "node1", "..");
  match(
    response.headers.get("location") ?? "",
    /^\/modules\/k3s\/logs\?node=node1$/,
  );
  strictEqual((await log(good, "node1", "../../k3s")).response.status, 404);
});

Deno.test("consoleRoutes() saves a log as a file with a plain name", async () => {
  await using all = await world();
  const cookie = await all.enter();
  const script = await all.look(
    "/modules/k3s/logs/save?node=node2&file=start_prim_2026-11-23T02-20-11.log",
    cookie,
  );
  strictEqual(script.text, "MariaDB started on node2\n");
  strictEqual(
    script.response.headers.get("content-disposition"),
    'attachment; filename="node2-k3s-start_prim_2026-11-23T02-20-11.log"',
  );
  const module = await all.look("/modules/k3s/logs/save?node=node1", cookie);
  match(module.text, /second line & more\n$/);
  const none = await all.look(
    "/modules/k3s/logs/save?node=node1&file=../x",
    cookie,
  );
  strictEqual(none.response.status, 404);
});

Deno.test("consoleRoutes() leads to a log that is there, and a viewer to none where there is no module", async () => {
  const state = sampleState();
  const named = (name: string) => ({
    ...state,
    nodes: state.nodes.map((node) => ({
      ...node,
      modules: node.modules.map((module) => ({ ...module, name })),
    })),
  });
  await using all = await world(state);
  const led = async (cookie: string) =>
    (await all.look("/logs", cookie)).response.headers.get("location");
  const [admin, eve] = [await all.enter(), await all.enter("eve")];
  strictEqual(await led(eve), "/modules/k3s/logs?node=node1");
  // Installed is k3s alone, which the cluster does not have: it could not be read.
  all.agent.show(named("mail"));
  strictEqual(await led(admin), "/logs/agent");
  const { response, text } = await all.look("/logs", eve);
  strictEqual(response.status, 200);
  match(text, /No module is installed yet/);
});

Deno.test("consoleRoutes() calls versions the same only when both are known", async () => {
  const state = sampleState();
  await using all = await world(state);
  const cookie = await all.enter();
  const said = async (version: string | null) => {
    const nodes = [state.nodes[0]!, { ...state.nodes[1]!, version }];
    all.agent.show({ ...state, nodes });
    return (await all.look("/support", cookie)).text;
  };
  match(await said("0.1.0"), /Both nodes run the same version/);
  match(await said("0.2.0"), /different versions/);
  const unknown = await said(null);
  match(unknown, /not known: node2 has not said its own/);
  ok(!unknown.includes("Both nodes run"));
});

Deno.test("consoleRoutes() names on the overview what is down, and who decides when the nodes are parted", async () => {
  const state = sampleState({
    resources: [{
      name: "tcp.sql",
      state: "down",
      detail: "refused",
      since: Date.parse("2026-11-25T02:03:04Z"),
    }],
  });
  await using all = await world(state);
  const cookie = await all.enter();
  const words = async () =>
    (await all.look("/", cookie)).text.replaceAll(/<[^>]*>|\s+/g, " ")
      .replaceAll(/ +/g, " ");
  const text = await words();
  match(text, /tcp\.sql on node1 : refused since 2026-11-25 02:03 UTC/);
  match(text, /Running, but something is down/);
  match(text, /When the nodes are parted The witness 10\.0\.0\.3 decides/);
  all.agent.show(sampleState({
    resources: [
      { name: "custom.sql", state: "unknown", detail: "no word", since: null },
      { name: "ping.router", state: "unknown", detail: null, since: null },
    ],
  }));
  const untold = await words();
  match(untold, /custom\.sql on node1 : cannot be told: no word/);
  ok(!untold.includes("ping.router"));
  match(untold, /Protected/);
  ok(!untold.includes("something is down"));
  // A warning says it once.
  const none = "There is no arbiter: both nodes may become primary.";
  all.agent.show({ ...state, arbiter: none, warnings: [none] });
  strictEqual((await words()).split(none).length - 1, 1);
});

Deno.test("consoleRoutes() shows a page to whoever mistypes an address, and lets programs have the API's refusal", async () => {
  await using all = await world();
  const accept = "text/html,application/xhtml+xml,*/*;q=0.8";
  const cookie = await all.enter();
  for (const path of ["/timelime", "/api/stat", "/modules/<b>k3s"]) {
    for (const who of [{}, { cookie }]) {
      const answer = await all.request(path, { headers: { accept, ...who } });
      const text = await answer.text();
      strictEqual(answer.status, 404, path);
      match(text, /^<!doctype html>.*Nothing is at &quot;\/[a-z].*← Cluster/s);
      strictEqual(text.includes(">Log out<"), "cookie" in who, path);
      ok(!text.includes("<b>k3s"));
    }
    const program = await all.request(path, { headers: { cookie } });
    strictEqual(program.status, 404);
    ok(!(await program.text()).includes("<!doctype"), path);
  }
});

Deno.test("consoleRoutes() shows no buttons to a viewer", async () => {
  await using all = await world();
  const { text } = await all.look("/", await all.enter("eve"));
  ok(!text.includes(">Swap<") && !text.includes(">Stop<"));
  const admin = await all.look("/", await all.enter());
  ok(admin.text.includes(">Swap<") && admin.text.includes(">Stop<"));
});

Deno.test("consoleRoutes() logs out only with the page's token", async () => {
  await using all = await world();
  const cookie = await all.enter();
  const stale = await all.post("/logout", { csrf: "x" }, { cookie });
  strictEqual(stale.status, 403);
  const refusal = await stale.text();
  match(refusal, /You are still logged in as admin/);
  const { response, text } = await all.look("/", cookie);
  strictEqual(response.status, 200);
  const csrf = /name="csrf" value="([^"]+)"/.exec(text)![1]!;
  // The page that refuses is of the session that lives: its button works.
  ok(refusal.includes(`name="csrf" value="${csrf}"`));
  const out = await all.post("/logout", { csrf }, { cookie });
  strictEqual(out.headers.get("location"), "/login");
  strictEqual((await all.look("/", cookie)).response.status, 303);
});

Deno.test("consoleRoutes() says on a page without encryption that the browser keeps no login there, and where it does", async () => {
  await using all = await world();
  const right = { name: "admin", password: PASSWORD };
  const far = "http://192.0.2.9:8080/login";
  const { port } = all.agent;
  const way = new RegExp(`Open https://192\\.0\\.2\\.9:${port} instead`);
  match(await (await all.request(far)).text(), way);
  const origin = { origin: "http://192.0.2.9:8080", host: "192.0.2.9:8080" };
  const refused = await all.post(far, right, origin);
  strictEqual(refused.status, 400);
  strictEqual(refused.headers.get("set-cookie"), null);
  match(await refused.text(), way);
  // Behind somebody's proxy, and on this machine.
  const proxy = { origin: "https://192.0.2.9:8080", host: "192.0.2.9:8080" };
  strictEqual((await all.post(far, right, proxy)).status, 303);
  const proxied = { headers: { "x-forwarded-proto": "https" } };
  ok(!(await (await all.request(far, proxied)).text()).includes(`:${port}`));
  for (const host of ["127.0.0.1:8080", "[::1]:8080", "localhost:8080"]) {
    const near = `http://${host}/login`;
    ok(!(await (await all.request(near)).text()).includes(`:${port}`), host);
    const { status } = await all.post(near, right, {
      origin: `http://${host}`,
      host,
    });
    strictEqual(status, 303, host);
  }
});

Deno.test("consoleRoutes() behind a proxy leads to the other node's own port, and back to the page that was shown", async () => {
  await using all = await world();
  const cookie = await all.enter();
  for (const shown of ["https://console.example/", "http://[::1]:9080/"]) {
    const overview = await all.request(shown, { headers: { cookie } });
    const way = `href="https://10.0.0.2:${all.agent.port}/"`;
    ok((await overview.text()).includes(way), shown);
  }
  const back = await all.agent.app.request(
    "http://127.0.0.1:9080/language?to=fr",
    {
      headers: { referer: "https://console.example/support" },
    },
    { connection: { ...network, host: "console.example" } },
  );
  strictEqual(back.headers.get("location"), "/support");
});

Deno.test("consoleRoutes() says what the agent says in the reader's language, and hands it on to the browser as it came", async () => {
  const reason =
    'waits for node2, which does not answer: it has newer data; if it is off and will not come back: "hakit prim k3s"';
  const strange = "a newer node's words, with <b>tags</b>";
  await using all = await world(
    sampleState({ role: "WAIT", status: "NotReady", reason }, {}, {
      warnings: [strange],
    }),
  );
  const cookie = await all.enter();
  const pages = {
    en: "waits for node2, which does not answer: it has newer data",
    fr: "attend node2, qui ne répond pas : il a des données plus récentes",
    ja: "node2 を待っています（応答なし）。そのノードのデータの方が新しい",
  };
  for (const [language, words] of Object.entries(pages)) {
    const headers = { cookie, "accept-language": language };
    const text = await (await all.request("/", { headers })).text();
    const [, first = "", drawn = ""] =
      /data-state="([^"]*)"[^>]*>([\s\S]*)$/.exec(text) ?? [];
    ok(first.includes(pages.en), language);
    ok(drawn.includes(words), language);
    ok(drawn.includes("&quot;hakit prim k3s&quot;"), language);
    ok(drawn.includes("words, with &lt;b&gt;tags"), language);
  }
});

Deno.test("consoleRoutes() serves what a page needs in less than 150 kB in every language, to whoever takes it compressed", async () => {
  await using all = await world();
  const cookie = await all.enter();
  for (const language of LANGUAGES) {
    // The one that draws most, and the one with graphs.
    for (const page of ["/", "/resources"]) {
      await weigh(all, page, { cookie, "accept-language": language });
    }
  }
});

async function weigh(
  all: Awaited<ReturnType<typeof world>>,
  page: string,
  headers: { readonly cookie: string; readonly "accept-language": string },
) {
  const text = await (await all.request(page, { headers })).text();
  const paths = [...new Set(text.match(/\/assets\/[\w./-]+/g))];
  ok(paths.length >= 4, paths.join());
  const translated = headers["accept-language"] !== "en";
  strictEqual(paths.some((path) => /phrases/.test(path)), translated);
  let sum = 0;
  for (const path of paths) {
    const get = (encoding: string) =>
      all.request(path, { headers: { "accept-encoding": encoding } });
    const small = await get("gzip, deflate, br");
    strictEqual(small.status, 200);
    strictEqual(small.headers.get("content-encoding"), "gzip");
    strictEqual(small.headers.get("vary"), "accept-encoding");
    const bytes = await small.arrayBuffer();
    sum += bytes.byteLength;
    const unpacked = new Blob([bytes]).stream()
      .pipeThrough(new DecompressionStream("gzip"));
    // Nobody reads three languages: what the others say stays here.
    const others = LANGUAGES.filter((one) =>
      one !== headers["accept-language"]
    );
    const script = (await (await get("")).text()).replaceAll(
      /\\u([0-9a-f]{4})/gi,
      (_, code) => String.fromCharCode(parseInt(code, 16)),
    );
    for (const other of others) {
      strictEqual(script.includes(texts(other).common.loading), false, path);
    }
    for (const encoding of ["", "br", "gzip;q=0", "identity, gzip; q=0.0"]) {
      const whole = await get(encoding);
      strictEqual(whole.headers.get("content-encoding"), null, encoding);
      const plain = await whole.text();
      if (encoding === "") {
        strictEqual(await new Response(unpacked).text(), plain);
      }
    }
  }
  ok(sum > 10_000 && sum < 150_000, `${page}: ${sum} bytes`);
}
