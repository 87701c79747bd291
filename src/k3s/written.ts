/**
 * The files that setting up writes outside of hakit's own folders. A newer hakit may want another form of them: what is as hakit has
 * written it is renewed, what a person has changed stays theirs. /etc/hakit/written-files.json says how each was when it was written.
 * K3s' manifest is not among them: K3s puts that in force at once, on both nodes, and it comes out of the module's folder.
 */
import { createHash } from "node:crypto";
import { z } from "zod";
import { type Kept, readKept } from "../cluster/kept.ts";
import type { Places } from "../cluster/places.ts";
import { readIfPresent, writeDurably } from "../system/files.ts";
import { K3S } from "./files.ts";
import { systemctl, type TextFile, writeFiles } from "./services.ts";
import {
  K3S_DESCRIPTION,
  k3sEnvironment,
  k3sUnit,
  kubeletConfig,
  MARIADB_CONFIG,
  MARIADB_DROP_IN,
  mariadbConfig,
  mariadbDropIn,
  MODULES_FILE,
  modulesText,
  MOUNTD_DROP_IN,
  mountdDropIn,
  MYSQL_DROP_IN,
  NEEDRESTART,
  needrestartConfig,
  NFS_CLIENT_CONFIG,
  NFS_CONFIG,
  NFS_DROP_IN,
  nfsClientConfig,
  nfsConfig,
  nfsDropIn,
  unrecordedMariadbConfig,
} from "./texts.ts";

/** This node as K3s sees it. */
export interface Member {
  readonly name: string;
  readonly address: string;
  readonly device: string;
}

export interface SetUpFile extends TextFile {
  /** As the last hakit that kept no record wrote it; null: it wrote none. Default: as this version does. */
  readonly unrecorded?: string | null;
}

/** Of MariaDB, NFS and K3s. */
export async function serviceFiles(
  at: Places,
  kept: Kept,
  member: Member,
): Promise<SetUpFile[]> {
  const secret = async (file: string) => (await Deno.readTextFile(file)).trim();
  return [
    {
      path: MARIADB_CONFIG,
      text: mariadbConfig(kept),
      unrecorded: unrecordedMariadbConfig(kept),
    },
    { path: MARIADB_DROP_IN, text: mariadbDropIn() },
    { path: MYSQL_DROP_IN, text: mariadbDropIn() },
    { path: NFS_DROP_IN, text: nfsDropIn(kept.cluster) },
    { path: NFS_CONFIG, text: nfsConfig(), unrecorded: null },
    { path: MOUNTD_DROP_IN, text: mountdDropIn(), unrecorded: null },
    { path: NFS_CLIENT_CONFIG, text: nfsClientConfig(member.name) },
    { path: K3S.unit, text: k3sUnit(kept, member) },
    { path: K3S.kubelet, text: kubeletConfig() },
    {
      path: K3S.environment,
      text: k3sEnvironment(kept, {
        password: await secret(at.password),
        token: await secret(at.k3sToken),
      }),
      mode: 0o600,
    },
  ];
}

/** As this version wants them on a node that was set up; null: none was, or K3s is not hakit's here. */
export async function wantedFiles(
  at: Places,
  unit: string = K3S.unit,
): Promise<SetUpFile[] | null> {
  const settings = await readIfPresent(at.settings);
  const member = memberIn(await readIfPresent(unit) ?? "");
  if (settings === null || member === null) return null;
  return [
    ...await serviceFiles(at, readKept(settings, at.settings), member),
    { path: NEEDRESTART, text: needrestartConfig() },
    { path: MODULES_FILE, text: modulesText() },
  ];
}

/** Out of K3s' unit: an interface that is not up yet has no address by which it could be found. Pure. */
export function memberIn(unit: string): Member | null {
  if (!unit.includes(K3S_DESCRIPTION)) return null;
  const said = (name: string) =>
    new RegExp(`--${name}=(\\S+)`).exec(unit)?.[1] ?? null;
  const name = said("node-name");
  const address = said("node-ip");
  const device = said("flannel-iface");
  return name && address && device ? { name, address, device } : null;
}

/** SHA-256 by path. */
const recordSchema = z.record(z.string(), z.string());
type Written = z.infer<typeof recordSchema>;

/** What becomes of one file. Pure. */
export function fate(
  { is, was, wanted }: {
    /** Digests of the file now (null: it is not there), as hakit wrote it last (if that is known), as this version wants it. */
    readonly is: string | null;
    readonly was: string | undefined;
    readonly wanted: string;
  },
): "right" | "renew" | "left" {
  if (is === wanted) return "right";
  // One that hakit has never written is a new one; else a person has removed it.
  if (is === null) return was === undefined ? "renew" : "left";
  return is === was ? "renew" : "left";
}

/** After they were written by setting up. */
export async function noteWritten(
  at: Places,
  files: readonly TextFile[],
): Promise<void> {
  const before = await recordOf(at);
  await keep(at, before, { ...before, ...digestsOf(files) });
}

/** Whether they were written in this form, and all that follows from it was done. */
export async function areNoted(
  at: Places,
  files: readonly TextFile[],
): Promise<boolean> {
  const before = await recordOf(at);
  return files.every(({ path, text }) => before[path] === digest(text));
}

/** For an agent that begins: in force is each when its service starts the next time; none is restarted. */
export async function renewWritten(
  at: Places,
  files: readonly SetUpFile[],
  onRenewed: (path: string) => void,
): Promise<void> {
  const recorded = await recordOf(at);
  const before = assumed(files, recorded);
  const next: Written = { ...before };
  let reload = false;
  for (const file of files) {
    const wanted = digest(file.text);
    const was = before[file.path];
    const verdict = await fateOf(file, before);
    if (verdict === "left") continue;
    if (verdict === "renew") {
      await writeFiles([file]);
      onRenewed(file.path);
    }
    next[file.path] = wanted;
    // Also of one that was cut off before systemd was told: it is noted after that.
    reload ||= was !== wanted && file.path.includes("/systemd/");
  }
  if (reload) await systemctl("daemon-reload");
  await keep(at, recorded, next);
}

/** Those that are not as this version wants them and would stay so: a person's, or of long before this was recorded. */
export async function leftAsTheyAre(
  at: Places,
  files: readonly SetUpFile[],
): Promise<string[]> {
  const before = assumed(files, await recordOf(at));
  const left: string[] = [];
  for (const file of files) {
    if (await fateOf(file, before) === "left") left.push(file.path);
  }
  return left;
}

/**
 * Without any record (the one of another unit says nothing of these) the last hakit that kept none has written them: else the first
 * begin of a newer one would leave for good what nobody has changed, and bring back what a person has removed. Pure.
 */
function assumed(files: readonly SetUpFile[], record: Written): Written {
  if (files.some(({ path }) => path in record)) return record;
  const then = files.flatMap(({ path, text, unrecorded = text }) =>
    unrecorded === null ? [] : [{ path, text: unrecorded }]
  );
  return { ...record, ...digestsOf(then) };
}

async function fateOf({ path, text }: TextFile, before: Written) {
  const now = await readIfPresent(path);
  return fate({
    is: now === null ? null : digest(now),
    was: before[path],
    wanted: digest(text),
  });
}

/** Empty: nothing was recorded yet, or nobody can read it. */
async function recordOf(at: Places): Promise<Written> {
  try {
    const text = await readIfPresent(at.writtenFiles);
    return recordSchema.parse(JSON.parse(text ?? "{}"));
  } catch {
    return {};
  }
}

async function keep(
  at: Places,
  before: Written,
  next: Written,
): Promise<void> {
  const text = JSON.stringify(next, null, 2) + "\n";
  if (text === JSON.stringify(before, null, 2) + "\n") return;
  // Root's alone: one of them holds passwords.
  await writeDurably(at.writtenFiles, text, { mode: 0o600 });
}

function digestsOf(files: readonly TextFile[]): Written {
  return Object.fromEntries(
    files.map(({ path, text }) => [path, digest(text)]),
  );
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
