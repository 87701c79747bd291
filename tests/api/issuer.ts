/** An OpenID Connect provider on loopback, with keys of its own: honest, unless a test twists it. */
import { createHash, randomBytes } from "node:crypto";
import { Buffer } from "node:buffer";
import { createAuthority, issueCertificate } from "../../src/api/tls.ts";
import type { OidcBody } from "../../src/oidc/settings.ts";

export const CLIENT = "hakit";
export const SECRET = "S3cret~of.the-client";

/** Somebody else's, which nobody asks. */
export const SETTINGS = {
  issuer: "https://login.example.com/realms/office-of-paris",
  client: CLIENT,
  secret: SECRET,
  label: "",
  claim: "groups",
  roles: { administrator: ["it"], operator: [], viewer: [] },
  scopes: [],
  names: [],
  authority: null,
  hours: 8,
} satisfies OidcBody;

interface Code {
  readonly nonce: string;
  readonly challenge: string;
  readonly redirect: string;
  readonly claims: Record<string, unknown>;
}

/** What it does wrong; a test sets these. */
export interface Twist {
  claims: (honest: Record<string, unknown>) => Record<string, unknown>;
  header: (honest: Record<string, unknown>) => Record<string, unknown>;
  /** In place of the signature. */
  signature: ((input: string) => string | Promise<string>) | null;
  metadata: Record<string, unknown>;
  /** Answers before anything else does. */
  before: (path: string) => Response | Promise<Response> | null;
}

export async function testIssuer(
  { hostname = "127.0.0.1" }: { readonly hostname?: string } = {},
) {
  const authority = createAuthority("issuer");
  const { certPem: cert, keyPem: key } = issueCertificate(authority, {
    name: "localhost",
    addresses: [hostname],
  });
  const codes = new Map<string, Code>();
  const tokens = new Map<string, Record<string, unknown>>();
  const asked: string[] = [];
  const honest: Twist = {
    claims: (claims) => claims,
    header: (header) => header,
    signature: null,
    metadata: {},
    before: () => null,
  };
  const twist: Twist = { ...honest };
  /** Who opens its page. */
  const visitor: { claims: Record<string, unknown> } = { claims: {} };
  let signing = await newKey("one");

  const server: Deno.HttpServer<Deno.NetAddr> = Deno.serve({
    port: 0,
    hostname,
    cert,
    key,
    onListen: () => {},
    // A reader that had enough of it.
    onError: () => new Response(null, { status: 500 }),
  }, async (request): Promise<Response> => {
    const { pathname } = new URL(request.url);
    asked.push(pathname);
    const first = await twist.before(pathname);
    if (first) return first;
    switch (pathname) {
      case "/.well-known/openid-configuration":
        return Response.json({
          issuer: url,
          authorization_endpoint: `${url}/authorize`,
          token_endpoint: `${url}/token`,
          jwks_uri: `${url}/keys`,
          userinfo_endpoint: `${url}/userinfo`,
          response_types_supported: ["code"],
          subject_types_supported: ["public"],
          id_token_signing_alg_values_supported: ["RS256", "HS256", "none"],
          token_endpoint_auth_methods_supported: ["client_secret_post"],
          ...twist.metadata,
        });
      // Whoever opens this page is known already, and goes on when he likes.
      case "/authorize": {
        const back = send(request.url, visitor.claims).href
          .replaceAll("&", "&amp;");
        return new Response(
          `<!doctype html><title>Issuer</title><a href="${back}">Continue</a>`,
          { headers: { "content-type": "text/html" } },
        );
      }
      case "/keys":
        return Response.json({ keys: [signing.jwk] });
      case "/token":
        return await token(new URLSearchParams(await request.text()));
      case "/userinfo": {
        const bearer = request.headers.get("authorization") ?? "";
        const claims = tokens.get(bearer.replace(/^Bearer /, ""));
        return claims
          ? Response.json(claims)
          : new Response(null, { status: 401 });
      }
      default:
        return new Response(null, { status: 404 });
    }
  });
  const url: string = `https://${hostname}:${server.addr.port}`;

  /** Somebody logs in: where the browser is sent back to. */
  function send(address: string, claims: Record<string, unknown>): URL {
    const { searchParams: asked } = new URL(address);
    const code = randomBytes(16).toString("hex");
    codes.set(code, {
      nonce: asked.get("nonce")!,
      challenge: asked.get("code_challenge")!,
      redirect: asked.get("redirect_uri")!,
      claims,
    });
    const back = new URL(asked.get("redirect_uri")!);
    back.searchParams.set("code", code);
    back.searchParams.set("state", asked.get("state")!);
    return back;
  }

  async function token(form: URLSearchParams): Promise<Response> {
    const refuse = (error: string, status = 400) =>
      Response.json({ error, error_description: "as a test wants" }, {
        status,
      });
    if (form.get("client_id") !== CLIENT) return refuse("invalid_client", 401);
    if (form.get("client_secret") !== SECRET) {
      return refuse("invalid_client", 401);
    }
    const code = codes.get(form.get("code") ?? "");
    codes.delete(form.get("code") ?? "");
    const challenge = createHash("sha256")
      .update(form.get("code_verifier") ?? "").digest("base64url");
    if (
      !code || challenge !== code.challenge ||
      form.get("redirect_uri") !== code.redirect
    ) return refuse("invalid_grant");
    const { userinfo, ...mine } = code.claims;
    const now = Math.floor(Date.now() / 1000);
    const claims = twist.claims({
      iss: url,
      sub: "4711",
      aud: CLIENT,
      iat: now,
      exp: now + 300,
      nonce: code.nonce,
      ...mine,
    });
    const header = twist.header({ alg: "RS256", kid: signing.jwk.kid });
    const input = `${encoded(header)}.${encoded(claims)}`;
    const signature = twist.signature
      ? await twist.signature(input)
      : await signing.sign(input);
    const access = randomBytes(16).toString("hex");
    tokens.set(access, {
      sub: "4711",
      ...(userinfo as Record<string, unknown> | undefined),
    });
    return Response.json({
      access_token: access,
      token_type: "Bearer",
      expires_in: 300,
      id_token: `${input}.${signature}`,
    });
  }

  return {
    url,
    asked,
    twist,
    /** Settings that fit. */
    settings: {
      issuer: url,
      client: CLIENT,
      secret: SECRET,
      label: "",
      claim: "groups",
      roles: {
        administrator: ["it-admins"],
        operator: ["it-night"],
        viewer: ["staff"],
      },
      scopes: [],
      names: ["hakit.example.com"],
      authority: authority.certPem,
      hours: 8,
    } satisfies OidcBody,
    visitor,
    /** Without a browser. `userinfo` in the claims: what only that says. */
    back: send,
    beHonest() {
      Object.assign(twist, honest);
    },
    async rotate(): Promise<void> {
      signing = await newKey("two");
    },
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}
export type TestIssuer = Awaited<ReturnType<typeof testIssuer>>;

async function newKey(kid: string) {
  const pair = await crypto.subtle.generateKey(
    {
      name: "RSASSA-PKCS1-v1_5",
      modulusLength: 2048,
      publicExponent: Uint8Array.of(1, 0, 1),
      hash: "SHA-256",
    },
    true,
    ["sign", "verify"],
  );
  const jwk = await crypto.subtle.exportKey("jwk", pair.publicKey);
  return {
    jwk: { kty: jwk.kty, n: jwk.n, e: jwk.e, kid, alg: "RS256", use: "sig" },
    async sign(input: string): Promise<string> {
      const bytes = await crypto.subtle.sign(
        "RSASSA-PKCS1-v1_5",
        pair.privateKey,
        new TextEncoder().encode(input),
      );
      return Buffer.from(bytes).toString("base64url");
    },
  };
}

function encoded(part: unknown): string {
  return Buffer.from(JSON.stringify(part)).toString("base64url");
}
