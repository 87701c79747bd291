/**
 * Hostile requests against a real agent over HTTPS: `deno run -A fuzz.ts URL CA KEY RUNS SEED SECRET...`. Run inside the node's network
 * namespace. Prints what must not have been answered; exit code 1 then.
 */
import fc from "fast-check";
import { type Document, hostileRequests, offence } from "../../api/hostile.ts";

const [url, ca, key, runs, seed, ...secrets] = Deno.args as [
  string,
  string,
  string,
  string,
  string,
];
using client = Deno.createHttpClient({
  caCerts: [await Deno.readTextFile(ca)],
});
const ask = (path: string, init: RequestInit = {}) =>
  fetch(url + path, { ...init, client } as RequestInit);
const document = await (await ask("/api/openapi.json")).json() as Document;

let asked = 0;
await fc.assert(
  fc.asyncProperty(
    fc.boolean(),
    hostileRequests(document, {
      // Whoever creates a key is told it; renewals by the hundred are no test; nobody here starts an agent again that was asked to end.
      except: [
        "POST /api/keys",
        "POST /api/certificates/renew",
        "POST /api/restart",
      ],
    }),
    async (known, { path, method, headers, body }) => {
      const given = new Headers();
      for (const [name, text] of Object.entries(headers)) {
        // The client sets these itself, or never sends the request.
        if (/^(content-length|transfer-encoding|host|expect)$/.test(name)) {
          continue;
        }
        given.set(name, text);
      }
      if (known) given.set("authorization", `Bearer ${key}`);
      let answer: Response;
      try {
        answer = await ask(path, { method, headers: given, body });
      } catch (error) {
        // Requests that the server closes on, such as a header that is too long; that it lives is asked below.
        if (error instanceof TypeError) return;
        throw error;
      }
      asked++;
      const type = answer.headers.get("content-type") ?? "";
      if (type.startsWith("text/event-stream")) {
        await answer.body?.cancel();
        return;
      }
      const text = await answer.text();
      const why = offence(answer.status, text, {
        secrets,
        // Where the module is not served that is the answer.
        unready: path.startsWith("/health/") ? [503] : [],
      });
      if (why) {
        throw new Error(
          `request ${asked}: ${why}: ${method} ${path}: ${text.slice(0, 1000)}`,
        );
      }
    },
  ),
  { numRuns: Number(runs), seed: Number(seed) },
);
const ping = await ask("/api/ping", {
  headers: { authorization: `Bearer ${key}` },
});
if (!ping.ok) throw new Error(`ping answered ${ping.status}`);
// deno-lint-ignore no-console -- its report to the test
console.log(`${asked} requests answered`);
