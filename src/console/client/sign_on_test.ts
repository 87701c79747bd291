import { match, strictEqual } from "node:assert/strict";
import { en } from "../text/en.ts";
import { fr } from "../text/fr.ts";
import { Settings } from "./sign_on.tsx";

const settings = {
  issuer: "https://login.example.com/realms/office",
  client: "hakit",
  label: "",
  claim: "groups",
  roles: { administrator: ["it", "<b>"], operator: [], viewer: ["staff"] },
  scopes: ["groups"],
  names: [],
  authority: null,
  hours: 8,
};
const redirects = ["https://10.0.0.1:9010/login/oidc/back"];

Deno.test("Settings shows who comes in by which group, what the issuer must know, and no secret", () => {
  const html = String(Settings({ settings, redirects, t: en }));
  match(html, /<dt>administrator<\/dt><dd>it, &lt;b&gt;<\/dd>/);
  match(html, /<dt>operator<\/dt><dd>nobody<\/dd>/);
  match(html, /openid profile email groups/);
  match(html, /<dt>At the issuer<\/dt><dd>https:\/\/10\.0\.0\.1:9010/);
  match(html, /kept, shown nowhere/);
  strictEqual(
    /nobody|at most/.test(String(Settings({ settings, redirects, t: fr }))),
    false,
  );
});
