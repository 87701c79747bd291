import {
  deepStrictEqual,
  match,
  strictEqual,
  throws,
} from "node:assert/strict";
import type { Connection } from "../peer/connection.ts";
import { newFrame } from "../peer/frame.ts";
import { openBacking } from "../fuse/device.ts";
import { E, libc, Memory } from "../system/libc.ts";
import type { Context } from "./context.ts";
import { Dirty } from "./dirty.ts";
import { settleGround } from "./ground.ts";
import { writeEpoch } from "./id_xattr.ts";
import { IdentityStore, newGeneration } from "./identity_store.ts";
import { KnownFolders, strangeFolder } from "./known_folders.ts";
import { Marks } from "./marks.ts";
import { openVolume } from "./open_volumes.ts";
import { KIND } from "./operation.ts";
import { replaceCopy } from "./persons_word.ts";
import { SecondarySession } from "./secondary_session.ts";
import type { Volume } from "./volume.ts";

/** A copy that was made level hears that the primary's disk has everything, after a sync of its own disk that ended so; what it says of itself. */
function levelledAfter(error: number) {
  const folder = Deno.makeTempDirSync({ dir: "/dev/shm" });
  const dirty = new Dirty(`${folder}/dirty.log`);
  const identity = new IdentityStore(`${folder}/identity.json`);
  identity.advance({ bitmap: null, consistent: false });
  const context = {
    config: { directories: [] },
    places: [],
    identity,
    dirty,
    marks: new Marks(),
    journal: { begin() {}, settle() {} },
    folders: new KnownFolders(folder),
    external: { noted: false, forget() {} },
    tide: { kept: { value: 0 }, keep() {} },
    left: null,
    now: () => 0,
    log() {},
  } as unknown as Context;
  const frame = newFrame();
  let words = "";
  const connection = {
    frame,
    incoming: new Memory(4096),
    bytes: () => new TextEncoder().encode(words),
    close() {},
  };
  const broken: number[] = [], volumes: Volume[] = [];
  const session = new SecondarySession(context, volumes, {
    connection: connection as unknown as Connection,
    sequence: 0,
    fresh: false,
    events: {
      broken: (error) => broken.push(error),
      attempt: (action) => action(),
      isOver: () => false,
      resync() {},
      level() {},
      changed() {},
    },
  });
  try {
    const generation = newGeneration(), sequence = 5;
    const level = {
      mode: "level",
      generation,
      history: [],
      sequence,
      epoch: 0,
    };
    words = JSON.stringify(level);
    frame.kind = KIND.BEGIN;
    strictEqual(session.heard(), null);
    const sync = (_: unknown, done: (error: number) => void) => done(error);
    volumes.push({ sync } as unknown as Volume);
    session.follower.settle();
    frame.kind = KIND.SETTLED;
    frame.sequence = sequence;
    strictEqual(session.heard(), null);
    const { consistent, upToDate } = identity.value;
    return { broken, consistent, upToDate };
  } finally {
    session.close();
    dirty.close();
    Deno.removeSync(folder, { recursive: true });
  }
}

Deno.test("SecondarySession: a copy whose disk fails a sync before it is recorded as level is not recorded", () => {
  deepStrictEqual(levelledAfter(0), {
    broken: [],
    consistent: true,
    upToDate: true,
  });
  deepStrictEqual(levelledAfter(E.IO), {
    broken: [E.IO],
    consistent: false,
    upToDate: false,
  });
});

Deno.test({
  name:
    "SecondarySession on a new disk: the disk of before, which carries the note that its primary had it give this one, is another one from then on",
  ignore: Deno.uid() !== 0,
  fn() {
    const root = Deno.makeTempDirSync({ dir: "/dev/shm" });
    const data = `${root}/data`, state = `${root}/state`;
    for (const path of [data, state]) Deno.mkdirSync(path);
    const identity = new IdentityStore(`${state}/identity.json`);
    const folders = new KnownFolders(state);
    const dirty = new Dirty(`${state}/dirty.log`);
    const context = {
      config: { module: "app", directories: [{ path: data }] },
      places: [data],
      identity,
      folders,
      dirty,
      marks: new Marks(),
      journal: { begin() {} },
      external: { noted: false },
      tide: { kept: { value: 0 } },
      left: null,
      now: () => 0,
      log() {},
    } as unknown as Context;
    const settle = () => deepStrictEqual([...settleGround(context)], []);
    const on = (path: string, action: (backing: number) => void) => {
      const backing = openBacking(path);
      action(backing);
      libc.close(backing);
    };
    try {
      identity.advance({ bitmap: null, upToDate: true });
      on(data, (backing) => strictEqual(writeEpoch(backing, 3), 0));
      settle();
      strictEqual(strangeFolder(context), null);

      // Replaced, and "second --full".
      Deno.renameSync(data, `${data}-before`);
      Deno.mkdirSync(data);
      match(strangeFolder(context)?.why ?? "", /is not the folder/);
      identity.save({ upToDate: false, consistent: false });
      folders.forget();
      settle();
      on(data, (backing) => {
        const frame = newFrame();
        const begin = { mode: "level", generation: newGeneration() };
        const rest = { history: [], sequence: 0, epoch: 3 };
        const connection = {
          frame,
          incoming: new Memory(4096),
          bytes: () =>
            new TextEncoder().encode(JSON.stringify({ ...begin, ...rest })),
          close() {},
        } as unknown as Connection;
        const volume = { path: data, backing, sync() {} };
        const session = new SecondarySession(
          context,
          [volume as unknown as Volume],
          {
            connection,
            sequence: 0,
            fresh: true,
            events: {
              broken() {},
              attempt: (action) => action(),
              isOver: () => false,
              resync() {},
              level() {},
              changed() {},
            },
          },
        );
        frame.kind = KIND.BEGIN;
        strictEqual(session.heard(), null);
        session.close();
      });
      strictEqual(folders.noteOf(data), 3);
      strictEqual(strangeFolder(context), null);

      // The disk of before is mounted again.
      Deno.renameSync(data, `${data}-new`);
      Deno.renameSync(`${data}-before`, data);
      match(strangeFolder(context)?.why ?? "", /is not the folder/);
    } finally {
      dirty.close();
      Deno.removeSync(root, { recursive: true });
    }
  },
});

/** A copy of this node alone, of which BEGIN says that it is to be moved aside: as an application had it, in one directory. */
function onYielding(
  name: string,
  run: (bed: {
    readonly identity: IdentityStore;
    readonly volume: Volume;
    readonly data: string;
    readonly kept: string;
    readonly context: Context;
    /** A session that hears such a BEGIN, or what is left of it. */
    begin(words?: { readonly [name: string]: unknown }): SecondarySession;
    /** Syncs that were asked for and have not ended. */
    readonly syncs: ((error: number) => void)[];
    /** What the role was told of this node's disk. */
    readonly broken: number[];
  }) => void,
) {
  Deno.test({
    name,
    ignore: Deno.uid() !== 0,
    fn() {
      const root = Deno.makeTempDirSync({ dir: "/dev/shm" });
      const data = `${root}/data`, state = `${root}/state`;
      const kept = `${root}/kept`;
      for (const path of [data, state, kept]) Deno.mkdirSync(path);
      const identity = new IdentityStore(`${state}/identity.json`);
      identity.advance({ bitmap: null, upToDate: true });
      const dirty = new Dirty(`${state}/dirty.log`);
      const context = {
        config: {
          module: "app",
          salvageDir: kept,
          directories: [{ path: data }],
        },
        places: [data],
        identity,
        dirty,
        marks: new Marks(),
        folders: new KnownFolders(state),
        external: { noted: false },
        tide: { kept: { value: 0 } },
        left: null,
        notice: null,
        now: () => 0,
        log() {},
      } as unknown as Context;
      const volume = openVolume(0, data, () => 7, {});
      const syncs: ((error: number) => void)[] = [];
      volume.sync = (_, done) => void syncs.push(done);
      const broken: number[] = [];
      const sessions: SecondarySession[] = [];
      try {
        Deno.writeTextFileSync(`${data}/own`, "written alone");
        run({
          identity,
          volume,
          data,
          kept: `${kept}/app`,
          context,
          syncs,
          broken,
          begin(words = { mode: "full", aside: true, diverged: true }) {
            const frame = newFrame();
            frame.kind = KIND.BEGIN;
            const connection = {
              frame,
              incoming: new Memory(4096),
              bytes: () => new TextEncoder().encode(JSON.stringify(words)),
              close() {},
            } as unknown as Connection;
            const session = new SecondarySession(context, [volume], {
              connection,
              sequence: 0,
              fresh: false,
              events: {
                broken: (error) => broken.push(error),
                attempt: (action) => action(),
                isOver: () => false,
                resync() {},
                level() {},
                changed() {},
              },
            });
            sessions.push(session);
            strictEqual(session.heard(), null);
            return session;
          },
        });
      } finally {
        for (const session of sessions) session.close();
        volume.close();
        dirty.close();
        Deno.removeSync(root, { recursive: true });
      }
    },
  });
}

const asidesIn = (data: string) =>
  [...Deno.readDirSync(`${data}/.hakit`)].map(({ name }) => name);

onYielding(
  "SecondarySession: what is set aside is on this node's disk before it may be overwritten",
  ({ identity, data, syncs, broken, begin }) => {
    const first = begin();
    strictEqual(syncs.length, 1);
    const [aside] = asidesIn(data);
    strictEqual(
      Deno.readTextFileSync(`${data}/.hakit/${aside}/own`),
      "written alone",
    );
    strictEqual(identity.aside, aside);
    strictEqual(identity.value.upToDate, false);
    first.turn();
    // The loop is not kept busy by a disk that takes minutes for it.
    strictEqual(first.busy, false);
    syncs.pop()!(E.IO);
    throws(() => first.turn(), /Cannot keep aside .* failed to sync: EIO/);
    strictEqual(identity.aside, aside);
    // The disk says it once: by its next sync this copy would be level, with holes in what is kept.
    deepStrictEqual(broken, [E.IO]);
    first.close();

    // A person has looked after the disk; a power cut puts it back.
    Deno.renameSync(`${data}/.hakit/${aside}/own`, `${data}/own`);
    const next = begin({ mode: "full", aside: false, diverged: false });
    strictEqual(syncs.length, 1);
    strictEqual(identity.aside, aside);
    next.close();

    // What an earlier session has moved is not on the disk by that.
    const last = begin({ mode: "full", aside: false, diverged: false });
    strictEqual(syncs.length, 2);
    strictEqual(identity.aside, aside);
    for (const done of syncs) done(0);
    last.turn();
    strictEqual(identity.aside, null);
    strictEqual(identity.value.consistent, false);
    deepStrictEqual(asidesIn(data), [aside]);
  },
);

onYielding(
  "SecondarySession: a copy of which only a part is aside is no copy, and the rest goes into the same folder before anything is taken",
  ({ identity, volume, data, kept, context, syncs, begin }) => {
    Deno.writeTextFileSync(`${data}/other`, "other");
    // As a name that cannot be moved: another one stands where it is to go.
    const hidden = volume.hidden.bind(volume);
    volume.hidden = (name) => {
      const fd = hidden(name);
      Deno.writeTextFileSync(`${data}/.hakit/${name}/own`, "in the way");
      return fd;
    };
    strictEqual(identity.value.consistent, true);
    throws(() => begin(), /Cannot move ".*\/own" .*: EEXIST: .* rename/);
    const { aside } = identity;
    match(aside ?? "", /^aside-/);
    strictEqual(identity.value.consistent, false);
    strictEqual(syncs.length, 0);
    match(context.notice ?? "", new RegExp(`/${aside}$`));

    // Once more, and so would another process: of nothing new is told.
    throws(() => begin(), /Cannot move/);
    strictEqual(new IdentityStore(identity.path).aside, aside);
    strictEqual([...Deno.readDirSync(kept)].length, 1);

    volume.hidden = hidden;
    Deno.removeSync(`${data}/.hakit/${aside}/own`);
    // By marks nothing would come in the place of what was moved.
    for (const mode of ["none", "dirty"]) {
      throws(() => begin({ mode, aside: false, diverged: false }), /aside/);
    }
    strictEqual(Deno.readTextFileSync(`${data}/own`), "written alone");
    const session = begin({ mode: "full", aside: false, diverged: false });
    syncs.pop()!(0);
    session.turn();
    strictEqual(identity.aside, null);
    strictEqual(
      Deno.readTextFileSync(`${data}/.hakit/${aside}/own`),
      "written alone",
    );
    strictEqual(
      Deno.readTextFileSync(`${data}/.hakit/${aside}/other`),
      "other",
    );
    deepStrictEqual(asidesIn(data), [aside]);
    strictEqual([...Deno.readDirSync(kept)].length, 1);
  },
);

onYielding(
  "SecondarySession: a copy that a person has put in the place of one that was half aside is not moved after it",
  ({ identity, data, context, syncs, begin }) => {
    Deno.writeTextFileSync(`${data}/other`, "other");
    begin().close();
    const { aside } = identity;
    // As where one name could not be moved.
    Deno.renameSync(`${data}/.hakit/${aside}/other`, `${data}/other`);
    // A restore that is cut off.
    replaceCopy(context);
    Deno.writeTextFileSync(`${data}/own`, "restored");
    syncs.length = 0;
    begin({ mode: "full", aside: false, diverged: false });
    strictEqual(syncs.length, 0);
    strictEqual(
      Deno.readTextFileSync(`${data}/.hakit/${aside}/own`),
      "written alone",
    );
  },
);
