/** What `first` and `second` leave on two servers, made for the two nodes of the lab. */
import { randomBytes } from "node:crypto";
import { dirname, join } from "node:path";
import { parseDocument, stringify } from "yaml";
import { createAuthority, issueCertificate } from "../api/tls.ts";
import { createUser } from "../api/users.ts";
import { builtInFolder } from "../module/catalog.ts";
import { hasHeldData } from "../cluster/held_data.ts";
import { paths } from "../system/paths.ts";
import { running } from "../system/processes.ts";
import { readIfPresent } from "../system/files.ts";
import {
  addressOf,
  home,
  LAB,
  type LabNode,
  LINKS,
  nodeName,
  NODES,
  STORAGE,
  VIRTUAL_ADDRESS,
} from "./topology.ts";

export type LabModule = "mariadb" | "counter";

/** The console's password and the database's lie here, for root. */
export const CONSOLE_PASSWORD = `${LAB}/console-password`;
export const CLIENT_CONFIG = `${LAB}/client.cnf`;
/** Written last: a folder without it is the rest of an interrupted attempt. */
const COMPLETE = `${LAB}/module`;

/** Written when one node's data was declared the good one: without it an interrupted first start is gone on with. */
const SERVED = `${LAB}/served`;

export const PORTS: { readonly [module in LabModule]: number } = {
  mariadb: 3306,
  counter: 3300,
};

/** Which module the lab runs; null: there is no lab yet. */
export async function labModule(): Promise<LabModule | null> {
  const text = await readIfPresent(COMPLETE);
  return text === "mariadb" || text === "counter" ? text : null;
}

/** Whether a node of the lab has had data; of labs older than the mark their own disks tell. */
export async function hasServed(module: LabModule): Promise<boolean> {
  if (await readIfPresent(SERVED) !== null) return true;
  for (const node of NODES) {
    const { state } = paths(home(node));
    if (await hasHeldData(join(state, module, "identity.json"))) return true;
  }
  return false;
}

export async function markServed(): Promise<void> {
  await put(SERVED, "");
}

/** Makes both nodes' files, once. */
export async function createFiles(module: LabModule): Promise<void> {
  if (await labModule() !== null) return;
  await removeFiles();
  await Deno.mkdir(STORAGE, { recursive: true });
  // MariaDB's user must be able to enter; what is secret below has its own mode.
  await Deno.chmod(LAB, 0o755);
  const cluster = stringify({
    cluster: "lab",
    id: randomBytes(16).toString("hex"),
    nodes: NODES.map((node) => ({
      name: nodeName(node),
      addresses: LINKS.map((link) => addressOf(node, link)),
    })),
  });
  const key = randomBytes(32).toString("hex");
  const authority = createAuthority("lab");
  const password = randomBytes(9).toString("base64url");
  const consolePassword = randomBytes(9).toString("base64url");
  for (const node of NODES) {
    const { etc } = paths(home(node));
    const certificate = issueCertificate(authority, {
      name: nodeName(node),
      addresses: [
        ...LINKS.map((link) => addressOf(node, link)),
        VIRTUAL_ADDRESS,
      ],
    });
    await put(join(etc, "cluster.yaml"), cluster);
    await put(join(etc, "node"), `${nodeName(node)}\n`);
    await put(join(etc, "secret.key"), `${key}\n`, 0o600);
    await put(join(etc, "ca.pem"), authority.certPem);
    await put(join(etc, "ca.key"), authority.keyPem, 0o600);
    await put(join(etc, "node.pem"), certificate.certPem);
    await put(join(etc, "node.key"), certificate.keyPem, 0o600);
    await createUser(join(etc, "users.yaml"), {
      name: "admin",
      role: "administrator",
      password: consolePassword,
    });
    await installModule(node, module, password);
  }
  await put(CONSOLE_PASSWORD, `${consolePassword}\n`, 0o600);
  await put(
    CLIENT_CONFIG,
    `[client]\nhost=${VIRTUAL_ADDRESS}\nport=${
      PORTS[module]
    }\nuser=hakit\npassword=${password}\nconnect-timeout=1\n`,
    0o600,
  );
  await put(COMPLETE, module);
}

export async function removeFiles(): Promise<void> {
  const pids = NODES.map((node) => `/run/hakit-counter-${nodeName(node)}.pid`);
  for (const path of [LAB, ...socketFolders(), ...pids]) {
    await Deno.remove(path, { recursive: true }).catch((error) => {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    });
  }
}

/**
 * MariaDB's sockets lie in the machine's own /run, whose nodes may have the same names as the lab's (modules/mariadb/lib.sh): what a
 * living server answers at is left alone.
 */
export function socketFolders(
  commands: readonly (readonly string[])[] = running().map(({ argv }) => argv),
): string[] {
  return NODES.map((node) => `/run/hakit-mariadb-${nodeName(node)}`)
    .filter((folder) =>
      !commands.some((argv) =>
        argv.includes(`--socket=${folder}/mariadbd.sock`)
      )
    );
}

async function installModule(
  node: LabNode,
  module: LabModule,
  password: string,
): Promise<void> {
  const from = builtInFolder(module);
  if (!from) {
    throw new Error(`The module "${module}" is not in this executable`);
  }
  const to = join(paths(home(node)).etc, "modules", module);
  await copyFolder(from, to);
  const file = join(to, "module.yaml");
  const directory = `${STORAGE}/${module}`;
  const yaml = parseDocument(await Deno.readTextFile(file));
  yaml.set("virtual_addresses", [{ address: `${VIRTUAL_ADDRESS}/24` }]);
  yaml.set("directories", [{ path: directory }]);
  yaml.setIn(["variables", "DATADIR"], directory);
  yaml.setIn(["variables", "PORT"], String(PORTS[module]));
  if (module === "mariadb") {
    yaml.setIn(["variables", "DBHOSTS"], "localhost 10.77.%");
    await put(join(to, "password"), `${password}\n`, 0o600);
  }
  await put(file, yaml.toString());
  await Deno.mkdir(join(home(node), "storage", module), { recursive: true });
}

/** Out of the executable, where files have no modes: programs get theirs back. */
async function copyFolder(from: string, to: string): Promise<void> {
  await Deno.mkdir(to, { recursive: true });
  for await (const entry of Deno.readDir(from)) {
    const source = join(from, entry.name);
    const target = join(to, entry.name);
    if (entry.isDirectory) {
      await copyFolder(source, target);
      continue;
    }
    await Deno.writeFile(target, await Deno.readFile(source));
    if (to.endsWith("/bin")) await Deno.chmod(target, 0o755);
  }
}

async function put(path: string, text: string, mode = 0o644): Promise<void> {
  await Deno.mkdir(dirname(path), { recursive: true });
  await Deno.writeTextFile(path, text, { mode });
}
