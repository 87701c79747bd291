/** Access control lists as the system takes them. */

export const ACCESS = "system.posix_acl_access",
  DEFAULT = "system.posix_acl_default";

export interface Acl {
  readonly owner: number;
  readonly users?: readonly (readonly [number, number])[];
  readonly group: number;
  readonly groups?: readonly (readonly [number, number])[];
  readonly mask?: number;
  readonly other: number;
}
/** struct posix_acl_xattr_header (version 2) and its entries: tag, rights, id. */
export function encodeAcl(acl: Acl): Uint8Array<ArrayBuffer> {
  const NONE = 0xffffffff;
  const entries: (readonly [tag: number, rights: number, id: number])[] = [
    [1, acl.owner, NONE],
    ...(acl.users ?? []).map(([id, rights]) => [2, rights, id] as const),
    [4, acl.group, NONE],
    ...(acl.groups ?? []).map(([id, rights]) => [8, rights, id] as const),
    ...(acl.mask === undefined ? [] : [[16, acl.mask, NONE] as const]),
    [32, acl.other, NONE],
  ];
  const value = new Uint8Array(4 + entries.length * 8);
  const view = new DataView(value.buffer);
  view.setUint32(0, 2, true);
  entries.forEach(([tag, rights, id], i) => {
    view.setUint16(4 + i * 8, tag, true);
    view.setUint16(6 + i * 8, rights, true);
    view.setUint32(8 + i * 8, id, true);
  });
  return value;
}
