/**
 * Who uses what is kept of a split brain: the replicator that writes it, whoever copies it, whoever destroys it. In three processes, so
 * they lock its list, and the kernel lets go when one of them ends, however it ends.
 */
export const LIST = "LIST.txt";

/** Holds it for one who copies it, or (`alone`) destroys it, until it is closed; a string: why it cannot be now. */
export async function lockSalvage(
  folder: string,
  { alone }: { readonly alone: boolean },
): Promise<Deno.FsFile | string> {
  const list = await Deno.open(`${folder}/${LIST}`, {
    read: true,
    // One that a crash left without a list can be destroyed.
    write: alone,
    create: alone,
  });
  if (list.tryLockSync(alone)) return list;
  const copied = alone && list.tryLockSync(false);
  list.close();
  return copied
    ? "it is being downloaded or exported"
    : "it is still being kept, or is being destroyed";
}
