/** Hostile requests for every route of the OpenAPI document and every page of the console, and what no answer to them may hold. */
import fc from "fast-check";

interface Schema {
  readonly [key: string]: unknown;
}
export interface Document {
  readonly paths: {
    readonly [path: string]: {
      readonly [method: string]: {
        readonly parameters: readonly {
          readonly name: string;
          readonly in: string;
        }[];
        readonly requestBody?: {
          readonly content: { readonly [type: string]: { schema: Schema } };
        };
      };
    };
  };
}

export interface Hostile {
  readonly route: string;
  readonly path: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
}

const WORDS = [
  "../../../../etc/passwd",
  "..%2f..%2fetc%2fhakit%2fsecret.key",
  "%2e%2e/%2e%2e/secret.key",
  "....//....//secret.key",
  "/etc/hakit/secret.key",
  "..\\..\\secret.key",
  "%00",
  "k3s\u0000.log",
  "k3s%0d%0aSet-Cookie:%20a=b",
  "%ff%fe",
  "%",
  "%zz",
  "<script>alert(1)</script>",
  "'; drop table users; --",
  "$(reboot)",
  "`reboot`",
  "{{7*7}}",
  "__proto__",
  "constructor",
  "toString",
  "-1",
  "1e309",
  "NaN",
  "9".repeat(400),
  "a".repeat(5000),
  "\u202e\u0301\ud83d\udca5",
  "",
  " ",
  ".",
  "..",
  "k3s",
  "node2",
  "node1",
  "administrator",
];
const word = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(...WORDS) },
  { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 40 }) },
);
const odd = fc.oneof(
  word,
  fc.constantFrom<unknown>(null, true, false, 0, -1, 1e308, [], {}, [[[]]]),
  fc.dictionary(word, word, { maxKeys: 3 }),
);
const HEADERS: readonly (readonly [string, string])[] = [
  ["content-type", "text/html"],
  ["content-type", "application/json; charset=utf-7"],
  ["content-type", "multipart/form-data; boundary=x"],
  ["content-length", "1"],
  ["transfer-encoding", "chunked"],
  ["authorization", "Bearer hakit_" + "A".repeat(43)],
  ["authorization", "Bearer"],
  ["authorization", "Basic YWRtaW46YWRtaW4="],
  ["authorization", "Bearer " + "x".repeat(9000)],
  ["cookie", "__Host-hakit=../../x; __Host-hakit=y"],
  ["x-hakit-csrf", "x"],
  ["x-hakit-by", "root"],
  ["x-forwarded-for", "127.0.0.1"],
  ["last-event-id", "x".repeat(3000)],
  ["last-event-id", "-1"],
  ["origin", "https://evil.example"],
  ["host", "evil.example"],
  ["range", "bytes=0-99999999999"],
  ["expect", "100-continue"],
  ["x-http-method-override", "DELETE"],
];
const METHODS = ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"];

/** Requests for this document. `except`: routes that a test must not reach. */
export function hostileRequests(
  document: Document,
  { except = [] }: { readonly except?: readonly string[] } = {},
): fc.Arbitrary<Hostile> {
  const routes = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      path,
      method: method.toUpperCase(),
      operation,
    }))
  ).filter(({ method, path }) => !except.includes(`${method} ${path}`));
  return fc.constantFrom(...routes).chain(({ path, method, operation }) =>
    requestFor({
      path,
      method,
      query: operation.parameters.map(({ name }) => name),
      body: bodyFor(operation.requestBody?.content["application/json"]?.schema),
    })
  );
}

/** Stands in a form where the page's token is expected: who is logged in puts it there. */
export const PAGE_TOKEN = "PAGE-TOKEN";
const FIELDS = ["csrf", "name", "role", "password", "old", "again", "next"]
  .concat(["once", "node", "file", "to", "text", "result", "template"])
  .concat(["module", "lines", "state", "code", "error", "iss", "at"]);

/** Requests for pages and forms. `routes`: as the app has them, "/modules/:module/logs". */
export function hostileForms(
  routes: readonly { readonly method: string; readonly path: string }[],
): fc.Arbitrary<Hostile> {
  const form = fc.record({
    fields: fc.dictionary(fc.constantFrom(...FIELDS, "__proto__"), word, {
      maxKeys: 6,
    }),
    ours: fc.boolean(),
  }).map(({ fields, ours }) =>
    new URLSearchParams(ours ? { ...fields, csrf: PAGE_TOKEN } : fields)
      .toString()
  );
  return fc.constantFrom(...routes).chain(({ method, path }) =>
    requestFor({
      path: path.replaceAll(/:(\w+)|\*/g, "{$1}"),
      method,
      query: FIELDS,
      body: fc.oneof(
        { weight: 9, arbitrary: form },
        { weight: 1, arbitrary: bodyFor(undefined) },
      ),
      type: "application/x-www-form-urlencoded",
    })
  );
}

function requestFor({ path, method, query, body, type }: {
  /** Words stand for each {name} in it. */
  readonly path: string;
  readonly method: string;
  readonly query: readonly string[];
  readonly body: fc.Arbitrary<string>;
  readonly type?: string;
}): fc.Arbitrary<Hostile> {
  return fc.record({
    inPath: fc.array(word, { minLength: 3, maxLength: 3 }),
    inQuery: fc.dictionary(
      fc.constantFrom(...query, "x", "__proto__"),
      word,
      { maxKeys: 3 },
    ),
    raw: fc.boolean(),
    method: fc.oneof(
      { weight: 9, arbitrary: fc.constant(method) },
      { weight: 1, arbitrary: fc.constantFrom(...METHODS) },
    ),
    headers: fc.array(fc.constantFrom(...HEADERS), { maxLength: 2 }),
    body,
  }).map((made): Hostile => {
    let at = 0;
    const filled = path.replaceAll(/\{\w*\}/g, () => {
      const text = made.inPath[at++ % 3]!;
      return made.raw
        ? harmlessInUrl(text)
        : encodeURIComponent(text.toWellFormed());
    });
    const search = new URLSearchParams(made.inQuery).toString();
    const bodiless = ["GET", "HEAD"].includes(made.method);
    return {
      route: `${method} ${path}`,
      path: search ? `${filled}?${search}` : filled,
      method: made.method,
      headers: {
        ...(type === undefined ? {} : { "content-type": type }),
        ...Object.fromEntries(made.headers),
      },
      body: bodiless ? null : made.body,
    };
  });
}

/** What a URL may hold as it stands: the rest a client would encode. */
function harmlessInUrl(text: string): string {
  return text.replaceAll(/[^\x21-\x7e]|[#?]/g, "x");
}

/** Bodies that nearly are what is expected, and ones that are nothing. */
function bodyFor(schema: Schema | undefined): fc.Arbitrary<string> {
  const fields = Object.keys((schema?.["properties"] ?? {}) as object);
  const near = fc.dictionary(
    fc.constantFrom(...fields, "x", "__proto__"),
    odd,
    { maxKeys: 6 },
  ).map((value) => JSON.stringify(value));
  return fc.oneof(
    { weight: 6, arbitrary: near },
    { weight: 2, arbitrary: odd.map((value) => JSON.stringify(value)) },
    {
      weight: 2,
      arbitrary: fc.constantFrom(
        "",
        "{",
        '{"a":',
        "\u0000",
        "[".repeat(10_000),
        '{"a":'.repeat(3000),
        '{"__proto__":{"role":"administrator"}}',
        "x".repeat(200_000),
        "a: &a [*a, *a]",
      ),
    },
  );
}

/** Why this answer must not have been given, or null. */
export function offence(
  status: number,
  text: string,
  { secrets, unready = [] }: {
    readonly secrets: readonly string[];
    /** Statuses beside those below 500 that are right. */
    readonly unready?: readonly number[];
  },
): string | null {
  if (status >= 500 && !unready.includes(status)) return `status ${status}`;
  for (const secret of secrets) {
    if (text.includes(secret)) return `it tells the secret ${secret}`;
  }
  if (/scrypt\$|BEGIN (EC )?PRIVATE KEY|root:x:0/.test(text)) {
    return "it tells a secret";
  }
  if (/file:\/\/\/|\n\s+at |\.ts:\d+/.test(text)) return "it tells our source";
  return null;
}
