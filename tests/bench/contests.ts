/** What is compared with what, and how much is wanted: the rows of README's table. */
import { lacking } from "../e2e/replicator/shell.ts";
import {
  bare,
  cannotPassthrough,
  gluster,
  hakit,
  passthrough,
  type Place,
} from "./places.ts";
import { resync, throughSocket } from "./resync.ts";
import { database, fio, smallFiles, type Work } from "./work.ts";

/** Opens a place below a folder. */
export type Maker = (base: string) => Promise<Place>;

export interface Contest {
  readonly name: string;
  readonly unit: string;
  readonly rival: string;
  /** Of the rival's rate: what we want at least. */
  readonly least: number;
  readonly stretch: number;
  readonly ours: Work;
  readonly theirs: Work;
  /** Places that several contests share are opened once: by the same function. */
  readonly place: Maker;
  readonly rivals: Maker;
  /** Why the rival cannot be measured here; null: it can. */
  obstacle(): Promise<string | null>;
  /** Only there, by name. */
  readonly store?: string;
}

const none = () => Promise.resolve(null);
const glusterMissing = () =>
  Promise.resolve(lacking("glusterd", "gluster", "glusterfs"));

function contest(
  name: string,
  unit: string,
  work: Work,
  [least, stretch]: readonly [number, number],
  more: Partial<Contest> = {},
): Contest {
  return {
    name,
    unit,
    rival: "GlusterFS",
    least,
    stretch,
    ours: work,
    theirs: work,
    place: hakit,
    rivals: gluster,
    obstacle: glusterMissing,
    ...more,
  };
}

const BARE = { rival: "bare directory", rivals: bare, obstacle: none };
const synced = fio({ writers: 1, sync: true });

const trusted = (base: string) => hakit(base, { trusted: true });
const alone = (base: string) => hakit(base, { alone: true });

/** What encryption costs; a disk would only hide it. */
const sealed = (name: string, unit: string, work: Work) =>
  contest(`encrypted: ${name}`, unit, work, [0.8, 0.95], {
    rival: "trusted link",
    rivals: trusted,
    obstacle: none,
    store: "RAM",
  });

export const CONTESTS: readonly Contest[] = [
  contest("4 KiB random writes, 1 writer", "writes/s", fio({ writers: 1 }), [
    3,
    6,
  ]),
  contest("4 KiB random writes, 4 writers", "writes/s", fio({ writers: 4 }), [
    3,
    6,
  ]),
  contest("4 KiB with fsync, 1 writer", "writes/s", synced, [3, 8]),
  contest(
    "4 KiB with fsync, 8 writers",
    "writes/s",
    fio({ writers: 8, sync: true }),
    [3, 8],
  ),
  contest(
    "1 MiB sequential writes",
    "MiB/s",
    fio({ writers: 1, sequential: true }),
    [1, 2],
  ),
  contest("4 KiB with fsync, both copies on one disk", "writes/s", synced, [
    0.9,
    1,
  ], {
    ...BARE,
    rival: "two local writers",
    store: "disk",
    // Both copies pay that disk: so do two writers, each for one copy.
    theirs: async (place, seconds) =>
      await fio({ writers: 2, sync: true })(place, seconds) / 2,
  }),
  contest(
    "cached sequential read",
    "MiB/s",
    fio({ writers: 1, sequential: true, read: true }),
    [0.9, 1],
    BARE,
  ),
  contest(
    "create, stat, unlink 10,000 small files",
    "files/s",
    smallFiles,
    [3, 10],
  ),
  contest(
    "alone, 4 KiB random writes, 4 writers",
    "writes/s",
    fio({ writers: 4 }),
    [0.8, 1],
    {
      rival: "passthrough_ll",
      place: alone,
      rivals: passthrough,
      obstacle: cannotPassthrough,
    },
  ),
  contest("MariaDB, 16 clients that write", "commits/s", database, [
    0.7,
    0.85,
  ], {
    ...BARE,
    obstacle: () => Promise.resolve(lacking("mariadbd", "sysbench")),
  }),
  sealed("4 KiB random writes, 1 writer", "writes/s", fio({ writers: 1 })),
  sealed("4 KiB random writes, 4 writers", "writes/s", fio({ writers: 4 })),
  sealed("4 KiB with fsync, 1 writer", "writes/s", synced),
  sealed(
    "1 MiB sequential writes",
    "MiB/s",
    fio({ writers: 1, sequential: true }),
  ),
  contest("resync of changed regions", "MiB/s", resync, [0.8, 1], {
    ...BARE,
    rival: "a socket to the disk",
    theirs: throughSocket,
  }),
];
