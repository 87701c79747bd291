/** What every call that takes a path must answer to a bad one. */
import * as c from "../fs/libc.ts";
import {
  ALICE,
  type Errno,
  HERE,
  LONG,
  type Place,
  type Table,
} from "./place.ts";

export interface PathCall {
  readonly call: (path: string) => number;
  /** Follows a symlink at the end of the path: a loop is ELOOP. */
  readonly follows?: boolean;
  /** Makes the name: one of 255 bytes is made. Else it must be there. */
  readonly makes?: boolean;
  /** Nothing there to be changed when a directory may not be searched: made before. */
  readonly before?: (p: Place, path: string) => void;
  /** Answer to the empty path. */
  readonly empty?: Errno;
}

/** The path as the call's only bad argument. */
export function badPaths(which: string, call: PathCall): Table {
  const fails = (p: Place, path: string, errno: Errno) =>
    p.is(closed(call.call(path)), errno);
  const make = call.before ?? ((p: Place, path: string) => p.file(path));
  return {
    [`${which}: ENOENT for a folder that is not there`]: (p) =>
      fails(p, "no/x", "ENOENT"),
    [`${which}: ENOENT for the empty path`]: (p) =>
      fails(p, "", call.empty ?? "ENOENT"),
    [`${which}: ENOENT through a symlink that leads nowhere`]: (p) => {
      p.is(c.symlink("nowhere", HERE, "link"));
      fails(p, "link/x", "ENOENT");
    },
    [`${which}: ENOTDIR below a file`]: (p) => {
      p.file("file");
      fails(p, "file/x", "ENOTDIR");
    },
    [`${which}: ENAMETOOLONG for 256 bytes`]: (p) =>
      fails(p, LONG + "n", "ENAMETOOLONG"),
    [`${which}: ENAMETOOLONG for a path of 4096 bytes`]: (p) =>
      fails(p, "./".repeat(2048) + "x", "ENAMETOOLONG"),
    [`${which}: a path of 4095 bytes is taken`]: (p) => {
      const path = "./".repeat(2046) + "x12";
      if (!call.makes) make(p, "x12");
      p.is(closed(call.call(path)));
    },
    [`${which}: a name of 255 bytes is taken`]: (p) => {
      if (!call.makes) make(p, LONG);
      p.is(closed(call.call(LONG)));
    },
    [`${which}: a name of any bytes is taken`]: (p) => {
      const name = "\x01\n\xff\xfe \\%\"'";
      if (!call.makes) make(p, name);
      p.is(closed(call.call(name)));
    },
    [`${which}: ELOOP in the middle`]: (p) => {
      p.is(c.symlink("b", HERE, "a"));
      p.is(c.symlink("a", HERE, "b"));
      fails(p, "a/x", "ELOOP");
      if (call.follows) fails(p, "a", "ELOOP");
    },
    [`${which}: EACCES where a folder may not be searched`]: (p) => {
      p.directory("closed", { mode: 0o766, user: ALICE });
      if (!call.makes) make(p, "closed/x");
      p.is(c.chmod(HERE, "closed", 0o666));
      p.as(ALICE, () => fails(p, "closed/x", "EACCES"));
    },
  };
}

/** An open answers with a descriptor. */
function closed(answer: number): number {
  if (answer > 0) c.close(answer);
  return Math.min(answer, 0);
}

/** What every call that makes or removes a name needs: the right to write into its folder. */
export function needsFolder(
  which: string,
  call: (path: string) => number,
  before?: (p: Place, path: string) => void,
): Table {
  return {
    [`${which}: EACCES where the folder may not be written`]: (p) => {
      p.directory("theirs", { mode: 0o755 });
      before?.(p, "theirs/x");
      p.as(ALICE, () => p.is(closed(call("theirs/x")), "EACCES"));
    },
    [`${which}: root needs no right`]: (p) => {
      p.directory("theirs", { mode: 0, user: ALICE });
      before?.(p, "theirs/x");
      p.is(closed(call("theirs/x")));
    },
    [`${which}: changes mtime and ctime of the folder, and of it only when done`]:
      (p) => {
        p.directory("folder", { user: ALICE });
        before?.(p, "folder/x");
        p.times("folder", "mc", () => p.is(closed(call("folder/x"))));
        p.is(c.chmod(HERE, "folder", 0o500));
        p.times(
          "folder",
          "",
          () => p.as(ALICE, () => closed(call("folder/y"))),
        );
      },
  };
}
