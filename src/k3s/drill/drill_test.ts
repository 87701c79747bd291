import assert from "node:assert/strict";
import { parseAllDocuments } from "yaml";
import { example, exampleList } from "./example.ts";
import {
  drillReport,
  longestPause,
  lostNumbers,
  readContent,
} from "./outcome.ts";
import { reportLines, reportPage } from "./report.ts";
import { refusal, stranded } from "./run.ts";

const at = (...times: number[]) =>
  times.map((time, i) => ({ number: i + 1, at: time }));

Deno.test("readContent() counts nothing of an answer that was cut off", () => {
  assert.equal(readContent("row 1\nrow 2\n"), null);
  assert.equal(readContent(""), null);
  assert.deepEqual(readContent("row 1\nline 1\nline 2\nend\n"), {
    rows: new Set([1]),
    lines: new Set([1, 2]),
  });
});

Deno.test("lostNumbers() wants each acknowledged number in the database and in the file", () => {
  const content = { rows: new Set([1, 2, 3]), lines: new Set([1, 3, 9]) };
  assert.deepEqual(lostNumbers(at(0, 1, 2, 3), content), [2, 4]);
});

Deno.test("longestPause() looks from the fault on, and counts one that has not ended", () => {
  const times = at(0, 9000, 9100, 12_000, 12_100);
  assert.equal(longestPause(times, { since: 9050, until: 12_200 }), 2900);
  assert.equal(longestPause(times, { since: 9050, until: 30_000 }), 17_900);
});

const REPORT = drillReport({
  fault: "kill",
  cluster: "<k3s>",
  from: "node1",
  to: "node2",
  errors: ["HTTP 503", "HTTP 503"],
  at: 10_000,
  until: 20_000,
  moments: [
    { at: 14_000, what: "first row" },
    { at: 12_100, what: "node2 is ALONE" },
  ],
  acknowledged: at(9000, 10_050, 14_000, 19_900),
  content: { rows: new Set([1, 2, 3, 4]), lines: new Set([1, 2, 3]) },
});

Deno.test("drillReport() has its moments in order and names what is lost", () => {
  assert.deepEqual(REPORT.timeline, [
    { what: "node2 is ALONE", seconds: 2.1 },
    { what: "first row", seconds: 4 },
  ]);
  assert.deepEqual(REPORT.lost, [4]);
  assert.equal(REPORT.pauseSeconds, 5.9);
  assert.deepEqual(REPORT.errors, ["HTTP 503"]);
});

Deno.test("the report says in its last line what counts, and its page escapes names", () => {
  assert.match(reportLines(REPORT).at(-1)!, /^1 of 4 .* LOST: 4$/);
  assert.match(
    reportLines({ ...REPORT, lost: [] }).at(-1)!,
    /^All 4 acknowledged writes are there; clients waited 5\.9 s/,
  );
  const page = reportPage(REPORT);
  assert(page.includes("&#60;k3s&#62;") && !page.includes("<k3s>"));
});

Deno.test("refusal() lets a drill begin only where its own node survives", () => {
  assert.equal(refusal("swap", "PRIM"), null);
  assert.equal(refusal("swap", "SECOND"), null);
  assert.equal(refusal("kill", "SECOND"), null);
  assert.match(refusal("kill", "PRIM")!, /on the other one/);
  assert.equal(refusal("cut", "PRIM"), null);
  assert.match(refusal("cut", "SECOND")!, /on the primary/);
  // Both nodes would go on, and one side's writes be set aside.
  assert.match(
    refusal("cut", "PRIM", { arbitrated: false })!,
    /hakit witness add/,
  );
  assert.equal(refusal("kill", "SECOND", { arbitrated: false }), null);
  for (const role of ["ALONE", "WAIT", "STOP", undefined] as const) {
    assert.match(refusal("swap", role)!, /PRIM and SECOND/);
  }
});

Deno.test("the example is YAML with every place filled, volumes of the default class, and a service at the virtual address", async () => {
  const text = await example({
    webImage: "registry.example/web:1",
    databaseImage: "registry.example/db:2",
    port: 8480,
    password: "secret-of-the-test",
  });
  assert.doesNotMatch(text.replaceAll(/^ *#.*$/gm, ""), /@/);
  const documents = parseAllDocuments(text);
  assert(Array.isArray(documents));
  for (const { errors } of documents) assert.deepEqual(errors, []);
  const { items } = exampleList(text) as {
    items: { kind: string; spec?: Record<string, unknown> }[];
  };
  const kinds = items.map(({ kind }) => kind);
  assert.deepEqual([...new Set(kinds)].sort(), [
    "ConfigMap",
    "Deployment",
    "Namespace",
    "PersistentVolumeClaim",
    "PodDisruptionBudget",
    "Secret",
    "Service",
    "StatefulSet",
  ]);
  assert(!JSON.stringify(items).includes("storageClassName"));
  const service = items.find(({ spec }) => spec?.type === "LoadBalancer")!;
  assert.deepEqual(service.spec!.ports, [{ port: 8480, targetPort: 80 }]);
});

Deno.test("the example refuses what would break out of its YAML", async () => {
  const good = {
    webImage: "web:1",
    databaseImage: "db:2",
    port: 8480,
    password: "secret",
  };
  for (
    const change of [
      { webImage: 'web:1"\nkind: x' },
      { databaseImage: "" },
      { port: 0 },
    ]
  ) {
    await assert.rejects(example({ ...good, ...change }), /expected/);
  }
});

Deno.test("stranded() refuses the power cut of a node that nobody would take the database from", () => {
  const pod = (name: string, nodeName: string) => ({
    metadata: { name },
    spec: { nodeName },
  });
  const pods = [pod("web-7f9-a", "node1"), pod("database-0", "node1")];
  assert.match(stranded(pods, "node1")!, /runs on node1, .*hakit witness add/);
  // A Deployment's pods Kubernetes starts elsewhere by itself.
  assert.equal(stranded(pods, "node2"), null);
  assert.equal(stranded([], "node1"), null);
});
