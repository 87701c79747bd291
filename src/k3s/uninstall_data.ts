/** The part of `hakit uninstall` that cannot be taken back: what of this server's data is hakit's, and how it goes with --data. */
import { join } from "node:path";
import type { Kept } from "../cluster/kept.ts";
import type { Places } from "../cluster/places.ts";
import { prereqSchema } from "../cluster/settings.ts";
import type { Step } from "../cluster/step.ts";
import { exists, readIfPresent, writeDurably } from "../system/files.ts";
import type { Paths } from "../system/paths.ts";
import { K3S } from "./files.ts";
import { emptyBut, hasMoreInside, hasMoreThan, removeBut } from "./removal.ts";
import { DATABASE_FOLDER, K3S_DESCRIPTION } from "./texts.ts";

/** What of this server is hakit's: K3s or MariaDB may have been here before, and "first" refused because of them. */
export interface Own {
  /** K3s' executable, unit and processes. */
  readonly k3s: boolean;
  /** A cluster was made here, or joined: MariaDB's and K3s' data are its copy. */
  readonly data: boolean;
  /** Where the volume lies; null: not known, or there is none. */
  readonly storage: string | null;
  /** A witness runs here, for other clusters. */
  readonly witness: boolean;
}

export async function ownOn(
  at: Places,
  kept: Kept | null,
  { unit = K3S.unit, witness = false }: {
    readonly unit?: string;
    readonly witness?: boolean;
  } = {},
): Promise<Own> {
  const storage = kept?.storage ?? await leftStorage(at);
  return {
    k3s: await exists(at.k3sFiles) ||
      (await readIfPresent(unit) ?? "").includes(K3S_DESCRIPTION),
    // After an uninstall without --data the token is still here.
    data: storage !== null || await exists(at.identity) ||
      await exists(at.k3sToken),
    storage,
    witness,
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

/** A witness that forgets grants what it has granted already: other clusters' data is at stake. Pure. */
export function sparedBy({ witness }: Own, paths: Paths): readonly string[] {
  return witness
    ? [join(paths.state, "witness"), join(paths.log, "witness.log")]
    : [];
}

/** What --data removes: of some folders the content, others as a whole. */
export interface Data {
  readonly folders: readonly string[];
  readonly others: readonly string[];
  /** Below them, and not to be touched. */
  readonly spared: readonly string[];
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
        ? [
          ...[K3S.data, K3S.config, "/var/lib/kubelet"],
          ...["/var/log/pods", "/var/log/containers"],
        ]
        : []),
      // Last what says that all this was hakit's, for a run that is repeated.
      paths.state,
      at.password,
      at.k3sToken,
      paths.etc,
    ],
    spared: sparedBy(own, paths),
  };
}

/** Folders themselves stay, but for those that hakit `made`: a package made one, an administrator may have made the other. So does whatever is a disk of its own. */
export function dataStep(
  { folders, others, spared }: Data,
  made: () => Promise<void> = () => Promise.resolve(),
): Step {
  const mounts = () => Deno.readTextFile("/proc/self/mounts");
  return {
    name: "Data removed",
    async done() {
      const points = pointsIn(await mounts()).map(({ point }) => point);
      for (const path of [...folders, ...others]) {
        const stays = folders.includes(path) || points.includes(path);
        const more = stays ? hasMoreInside : hasMoreThan;
        if (await more(path, spared)) return null;
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
      for (const folder of folders) await emptyBut(folder, spared);
      await made();
      for (const path of others) {
        await (points.includes(path) ? emptyBut : removeBut)(path, spared);
      }
    },
  };
}

/** File systems of this server's own disks. Through any other, a mirror or a share, others' copies would go, too. */
const OWN_DISK = /^(ext[234]|xfs|btrfs|f2fs|zfs|tmpfs)$/;

/** A mount that forbids it, or null. Pure. */
export function mountedOn(
  mounts: string,
  { folders, others }: Pick<Data, "folders" | "others">,
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
