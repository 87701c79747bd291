/** The test issuer in a process of its own, for whoever sits in a network namespace: `issuer_main.ts ADDRESS CLAIMS`. Runs until killed. */
import { testIssuer } from "./issuer.ts";

const [hostname = "127.0.0.1", claims = "{}"] = Deno.args;
const issuer = await testIssuer({ hostname });
issuer.visitor.claims = JSON.parse(claims);
const { url, settings: { authority } } = issuer;
// deno-lint-ignore no-console -- what its starter waits for
console.log(JSON.stringify({ url, authority }));
