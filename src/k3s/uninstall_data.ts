/** The part of `hakit uninstall` that cannot be taken back: what of this server's data is hakit's, and how it goes with --data. */
import { join } from "node:path";
import type { Kept } from "../cluster/kept.ts";
import type { Places } from "../cluster/places.ts";
import { prereqSchema } from "../cluster/settings.ts";
import type { Step } from "../cluster/step.ts";
import { exists } from "../cluster/facts.ts";
import { readIfPresent, writeDurably } from "../system/files.ts";
import type { Paths } from "../system/paths.ts";
import { K3S } from "./files.ts";
import { removeIfPresent } from "./services.ts";
import { DATABASE_FOLDER, K3S_DESCRIPTION } from "./texts.ts";

/** What of this server is hakit's: K3s or MariaDB may have been here before, and "first" refused because of them. */
export interface Own {
  /** K3s' executable, unit and processes. */
  readonly k3s: boolean;
  /** A cluster was made here, or joined: MariaDB's and K3s' data are its copy. */
  readonly data: boolean;
  /** Where the volume lies; null: not known, or there is none. */
  readonly storage: string | null;
}

export async function ownOn(
  at: Places,
  kept: Kept | null,
  unit: string = K3S.unit,
): Promise<Own> {
  const storage = kept?.storage ?? await leftStorage(at);
  return {
    k3s: await exists(at.k3sFiles) ||
      (await readIfPresent(unit) ?? "").includes(K3S_DESCRIPTION),
    // After an uninstall without --data the identity and the token are still here.
    data: storage !== null || await exists(at.identity) ||
      await exists(at.k3sToken),
    storage,
  };
}

/** Before the cluster's own files go: without them a later run would not know. */
export async function keepStorage(at: Places, storage: string): Promise<void> {
  await writeDurably(at.leftStorage, storage + "\n");
}

/** What stands there is removed by name: nothing but what the setting itself could be. */
async function leftStorage(at: Places): Promise<string | null> {
  const text = await readIfPresent(at.leftStorage) ?? "";
  return prereqSchema.shape.storage.safeParse(text.trim()).data ?? null;
}

/** What --data removes: of some folders the content, others as a whole. */
export interface Data {
  readonly folders: readonly string[];
  readonly others: readonly string[];
}

/** Somebody else's MariaDB and K3s keep theirs. */
export function dataOf({ paths, at, own }: {
  readonly paths: Paths;
  readonly at: Places;
  readonly own: Own;
}): Data {
  const volume = own.storage === null ? [] : [own.storage];
  return {
    folders: own.data ? [DATABASE_FOLDER, ...volume] : [],
    others: [
      ...(own.data || own.k3s
        ? [K3S.data, K3S.config, "/var/lib/kubelet"]
        : []),
      // Last what says that all this was hakit's, for a run that is repeated.
      paths.state,
      at.password,
      at.k3sToken,
      paths.etc,
    ],
  };
}

/** Folders themselves stay, but for those that hakit `made`: a package made one, an administrator may have made the other. So does whatever is a disk of its own. */
export function dataStep(
  { folders, others }: Data,
  made: () => Promise<void> = () => Promise.resolve(),
): Step {
  const mounts = () => Deno.readTextFile("/proc/self/mounts");
  return {
    name: "Data removed",
    async done() {
      const points = pointsIn(await mounts()).map(({ point }) => point);
      for (const path of [...folders, ...others]) {
        const stays = folders.includes(path) || points.includes(path);
        if (stays ? !await isEmpty(path) : await exists(path)) return null;
      }
      return "none here";
    },
    async do() {
      const text = await mounts();
      const mounted = mountedOn(text, { folders, others });
      if (mounted) {
        throw new Error(`${mounted} is mounted: unmount it and run this again`);
      }
      const points = pointsIn(text).map(({ point }) => point);
      for (const folder of folders) await empty(folder);
      await made();
      for (const path of others) {
        if (points.includes(path)) await empty(path);
        else await removeIfPresent(path);
      }
    },
  };
}

/** File systems of this server's own disks. Through any other, a mirror or a share, others' copies would go, too. */
const OWN_DISK = /^(ext[234]|xfs|btrfs|f2fs|zfs|tmpfs)$/;

/** A mount that forbids it, or null. Pure. */
export function mountedOn(
  mounts: string,
  { folders, others }: Data,
): string | null {
  const paths = [...folders, ...others];
  const found = pointsIn(mounts).find(({ point, type }) =>
    paths.some((path) =>
      point.startsWith(path + "/") ||
      (point === path && !OWN_DISK.test(type))
    )
  );
  return found?.point ?? null;
}

function pointsIn(mounts: string) {
  return mounts.split("\n").map((line) => {
    const [, point = "", type = ""] = line.split(" ");
    return { point, type };
  });
}

async function empty(folder: string): Promise<void> {
  if (!await exists(folder)) return;
  for await (const { name } of Deno.readDir(folder)) {
    await Deno.remove(join(folder, name), { recursive: true });
  }
}

async function isEmpty(folder: string): Promise<boolean> {
  if (!await exists(folder)) return true;
  for await (const _ of Deno.readDir(folder)) return false;
  return true;
}
