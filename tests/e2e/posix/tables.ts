/** All tables by the name of the call. */
import { acl, xattr } from "./attributes.ts";
import { copy, fallocate, ftruncate, truncate, write } from "./change_data.ts";
import { chmod, chown } from "./change_mode.ts";
import { statx, utimensat } from "./change_times.ts";
import { directories } from "./list_names.ts";
import { link, mkdir, mkfifo, mknod, symlink } from "./make_names.ts";
import { open, tmpfile } from "./open_files.ts";
import type { Table } from "./place.ts";
import { rename, rmdir, unlink } from "./remove_names.ts";

export const TABLES: Readonly<Record<string, Table>> = {
  acl,
  chmod,
  chown,
  copy,
  directories,
  fallocate,
  ftruncate,
  link,
  mkdir,
  mkfifo,
  mknod,
  open,
  rename,
  rmdir,
  statx,
  symlink,
  tmpfile,
  truncate,
  unlink,
  utimensat,
  write,
  xattr,
};
