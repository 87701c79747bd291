/** `hakit oidc`: single sign-on of the console, by an OpenID Connect provider. */
import { ROLES, type UserRole } from "../api/accounts_file.ts";
import {
  type OidcAnswer,
  oidcAnswer,
  oidcTestAnswer,
} from "../oidc/settings.ts";
import { actionOf } from "./actions.ts";
import type { Ask } from "./ask.ts";
import {
  type Call,
  type Command,
  JSON_FLAG,
  NODE_FLAG,
  UsageError,
} from "./command.ts";
import { firstLine, textOf } from "./first_line.ts";
import { EXIT } from "./report.ts";

const ACTIONS = ["show", "set", "test", "off"] as const;
const PATH = "/api/oidc";

const role = (name: UserRole) =>
  ({
    type: "list",
    value: "GROUP",
    summary: `set: a value of the claim that makes ${name}; may be repeated`,
  }) as const;

export function oidcCommand(ask: Ask): Command {
  return {
    name: "oidc",
    summary:
      "Single sign-on by Entra ID, Keycloak, Authentik, Google and others: show, set, test, off",
    group: "Set up",
    args: [{ name: "ACTION", summary: ACTIONS.join(", "), words: ACTIONS }],
    flags: {
      issuer: {
        type: "string",
        value: "URL",
        summary: "set: the issuer's address, as it writes it itself",
      },
      "client-id": {
        type: "string",
        value: "ID",
        summary: "set: as the issuer knows hakit",
      },
      "client-secret-file": {
        type: "string",
        value: "FILE",
        summary: "set: its first line; - reads standard input",
      },
      administrator: role("administrator"),
      operator: role("operator"),
      viewer: role("viewer"),
      claim: {
        type: "string",
        value: "CLAIM",
        summary:
          "set: which claim says the group: groups (default), roles, realm_access.roles, email",
      },
      scope: {
        type: "list",
        value: "SCOPE",
        summary: "set: beside openid, profile and email; may be repeated",
      },
      name: {
        type: "list",
        value: "HOST",
        summary:
          "set: a name that browsers use for the cluster, with :PORT unless it is the console's; may be repeated",
      },
      "ca-file": {
        type: "string",
        value: "FILE",
        summary: "set: PEM of the authority of a private issuer",
      },
      label: {
        type: "string",
        value: "TEXT",
        summary: "set: on the button, such as the company's name",
      },
      hours: {
        type: "string",
        value: "N",
        summary: "set: how long a session lasts, 1 to 24 (8)",
      },
      node: { ...NODE_FLAG, summary: "test: from that node" },
      json: JSON_FLAG,
    },
    details: `\
hakit oidc set --issuer https://login.example.com/realms/office --client-id hakit \\
  --client-secret-file secret.txt --name hakit.example.com \\
  --administrator it-admins --operator it-night --viewer staff
hakit oidc test
hakit oidc set --viewer staff --viewer guests   what is not named stays as it is; "" empties a list

Register what "hakit oidc show" lists under "at the issuer" there as redirect addresses.
Entra ID   issuer https://login.microsoftonline.com/TENANT-ID/v2.0; groups are ids; with many of them --claim roles and application roles
Keycloak   issuer https://HOST/realms/REALM; a mapper "Group Membership" without full path, or --claim realm_access.roles
Authentik  issuer https://HOST/application/o/APPLICATION/ with a signing key
Google     issuer https://accounts.google.com, --claim email, addresses as groups
Whoever has none of the groups does not come in. Local users always log in with their passwords, also while the issuer is away.
Every change, on either node, logs out who came in this way.`,
    async run(call) {
      const { on, out, text } = call;
      const action = actionOf("oidc", call, ACTIONS);
      const answer = oidcAnswer;
      switch (action) {
        case "show":
          return show(call, await ask(PATH, { answer }));
        case "off": {
          const after = await ask(PATH, { method: "DELETE", answer });
          if (on("json")) out.json(after);
          else {
            out.line("Single sign-on is off; who came in by it is logged out.");
          }
          return EXIT.done;
        }
        case "set": {
          const before = await ask(PATH, { answer });
          const body = await bodyOf(call, before.settings);
          const after = await ask(PATH, { method: "PUT", body, answer });
          show(call, after);
          if (on("json")) return EXIT.done;
          const tried = await test(ask, undefined);
          out.line("");
          out.line(
            tried.problem === null
              ? `${tried.node} reaches the issuer.`
              : `Saved, but ${tried.node} does not get on with the issuer: ${tried.problem}`,
          );
          if (tried.remedy) out.line(tried.remedy);
          return EXIT.done;
        }
        case "test": {
          const tried = await test(ask, text("node"));
          if (on("json")) out.json(tried);
          else if (tried.problem === null) {
            out.line(`${tried.node} reaches the issuer.`);
          } else {
            out.line(`${tried.node}: ${tried.problem}`);
            if (tried.remedy) out.line(tried.remedy);
          }
          return tried.problem === null ? EXIT.done : EXIT.failed;
        }
        default:
          return action satisfies never;
      }
    },
  };
}

function test(ask: Ask, node: string | undefined) {
  return ask(`${PATH}/test`, {
    method: "POST",
    body: { node },
    answer: oidcTestAnswer,
  });
}

/** What is named, and of what is not what there was. */
async function bodyOf(call: Call, before: OidcAnswer["settings"]) {
  const { text } = call;
  const list = (flag: string, known: readonly string[] | undefined) => {
    const given = call.list(flag);
    return given.length > 0 ? given.filter((one) => one !== "") : known ?? [];
  };
  const issuer = text("issuer") ?? before?.issuer;
  const client = text("client-id") ?? before?.client;
  for (
    const [flag, value] of [["issuer", issuer], ["client-id", client]] as const
  ) {
    if (value === undefined) {
      throw new UsageError(`hakit oidc set: --${flag} is missing`);
    }
  }
  const roles = Object.fromEntries(
    ROLES.map((role) => [role, list(role, before?.roles[role])]),
  );
  if (Object.values(roles).every((groups) => groups.length === 0)) {
    throw new UsageError(
      "hakit oidc set: nobody would come in, expected at least one of --administrator, --operator, --viewer",
    );
  }
  const secretFile = text("client-secret-file");
  const same = before?.issuer === issuer && before?.client === client;
  if (secretFile === undefined && !same) {
    throw new UsageError(
      "hakit oidc set: --client-secret-file is missing, expected it with a new issuer or client id",
    );
  }
  const hours = Number(text("hours") ?? before?.hours ?? 8);
  if (!Number.isInteger(hours) || hours < 1 || hours > 24) {
    throw new UsageError(
      `hakit oidc set: --hours is "${text("hours")}", expected 1 to 24`,
    );
  }
  const authority = text("ca-file");
  return {
    issuer,
    client,
    ...(secretFile === undefined
      ? {}
      : { secret: await firstLine(secretFile, "the client secret") }),
    label: text("label") ?? before?.label ?? "",
    claim: text("claim") ?? before?.claim ?? "groups",
    roles,
    scopes: list("scope", before?.scopes),
    names: list("name", before?.names),
    authority: authority === undefined
      ? before?.authority ?? null
      : authority === ""
      ? null
      : await textOf(authority),
    hours,
  };
}

function show({ on, out }: Call, answer: OidcAnswer): number {
  if (on("json")) {
    out.json(answer);
    return EXIT.done;
  }
  const { settings, problem, redirects } = answer;
  if (problem !== null) {
    out.line(`Single sign-on is off: ${problem}.`);
    return EXIT.done;
  }
  if (settings === null) {
    out.line('Single sign-on is off. See "hakit help oidc".');
    return EXIT.done;
  }
  const groups = (role: UserRole) =>
    settings.roles[role].join(", ") || "nobody";
  out.table([
    ["issuer", settings.issuer],
    ["client id", settings.client],
    ["client secret", "(kept, shown nowhere)"],
    ["claim", settings.claim],
    ...ROLES.toReversed().map((role) => [role, groups(role)]),
    ["scopes", ["openid", "profile", "email", ...settings.scopes].join(" ")],
    ["own authority", settings.authority === null ? "no" : "yes"],
    ["button", settings.label || "single sign-on"],
    ["session", `${settings.hours} h at most`],
    ...redirects.map((url, at) => [at === 0 ? "at the issuer" : "", url]),
  ]);
  return EXIT.done;
}
