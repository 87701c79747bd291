/**
 * A disk for the real data path: files of some MiB, of which only the first bytes of each MiB are used. What was written and not
 * synced is lost or kept by a power cut, region by region. The files are real ones (sparse, in memory), because `apply` writes them.
 */
import { CHUNK } from "../../src/replication/marks.ts";
import { S_IFREG } from "../../src/fuse/abi.ts";
import { Inode } from "../../src/replication/inode.ts";
import type { Volume } from "../../src/replication/volume.ts";
import { libc, Memory, O } from "../../src/system/libc.ts";
import type { World } from "./world.ts";

/** Ids in two groups of the journal, and chunks of each file. */
export const IDS = [300, 301, 600] as const;
export const CHUNKS = 4;
/** Where in its MiB a write stands. */
export const OFFSET = 64;

const scratch = new Memory(4096);

export interface Region {
  readonly file: number;
  readonly chunk: number;
}

export const REGIONS: readonly Region[] = IDS.flatMap((_, file) =>
  Array.from({ length: CHUNKS }, (_, chunk) => ({ file, chunk }))
);

export class Machine {
  readonly #world: World;
  readonly #fds: readonly number[];
  /** What a power cut leaves for certain, by region. */
  readonly #durable = REGIONS.map(() => 0);
  readonly #syncedBy = REGIONS.map(() => 0);
  #syncs = 0;
  /** Syncs under way end in another life than the present one. */
  #life = 0;

  constructor(world: World, readonly folder: string) {
    this.#world = world;
    Deno.mkdirSync(folder);
    this.#fds = IDS.map((id) =>
      libc.open(
        scratch.string(`${folder}/${id}`),
        O.RDWR | O.CREAT | O.CLOEXEC,
        0o600,
      )
    );
  }

  read({ file, chunk }: Region): number {
    scratch.view.setFloat64(0, 0);
    libc.pread(
      this.#fds[file]!,
      scratch.address,
      8,
      chunk * CHUNK + OFFSET,
    );
    return scratch.view.getFloat64(0);
  }

  write({ file, chunk }: Region, value: number): void {
    scratch.view.setFloat64(0, value);
    libc.pwrite(
      this.#fds[file]!,
      scratch.address,
      8,
      chunk * CHUNK + OFFSET,
    );
  }

  /** What stands there surely, whatever happens. */
  durable(region: Region): number {
    return this.#durable[REGIONS.indexOf(region)]!;
  }

  /** Makes what is written now durable, after a while; `fd` null: of all files. */
  sync(fd: number | null, done: (error: number) => void): void {
    const life = this.#life;
    const order = ++this.#syncs;
    const now = REGIONS.map((region) => this.read(region));
    this.#world.later(this.#world.between(1, 60), () => {
      if (life !== this.#life) return;
      REGIONS.forEach(({ file }, at) => {
        // One that began earlier may end later.
        const newest = order > this.#syncedBy[at]!;
        if (newest && (fd === null || fd === this.#fds[file])) {
          this.#durable[at] = now[at]!;
          this.#syncedBy[at] = order;
        }
      });
      done(0);
    });
  }

  /** After a resync both copies were synced. */
  settle(): void {
    const order = ++this.#syncs;
    REGIONS.forEach((region, at) => {
      this.#durable[at] = this.read(region);
      this.#syncedBy[at] = order;
    });
  }

  /** A virtual machine's disk as it is now, for all that is not synced; what it returns sets it back to that. */
  snapshot(): () => void {
    const values = REGIONS.map((region) =>
      this.#world.chance(0.5) ? this.durable(region) : this.read(region)
    );
    return () => {
      REGIONS.forEach((region, at) => this.write(region, values[at]!));
      this.settle();
    };
  }

  powerCut(): void {
    this.#life++;
    for (const region of REGIONS) {
      if (this.#world.chance(0.5)) this.write(region, this.durable(region));
    }
    // What the page cache had written back by chance is on the disk now.
    this.settle();
  }

  /** As much of a volume as writes and fsyncs ask for. */
  volume(): Volume {
    const inodes = new Map<number, Inode>(IDS.map((id, file) => {
      const fd = this.#fds[file]!;
      const inode = new Inode(id, fd, S_IFREG);
      inode.dataFd = fd;
      inode.opens = 1;
      return [id, inode];
    }));
    return {
      index: 0,
      path: this.folder,
      root: null,
      get: (id: number) => inodes.get(id),
      has: (id: number) => inodes.has(id),
      data: (inode: Inode) => inode.dataFd,
      boundIn: (id: number) => inodes.get(id)?.boundIn ?? 0,
      pathOf: (inode: Inode) => new TextEncoder().encode(`${inode.id}`),
      bind: () => 0,
      putAway: () => {},
    } as unknown as Volume;
  }

  close(): void {
    this.#life++;
    for (const fd of this.#fds) libc.close(fd);
  }
}
