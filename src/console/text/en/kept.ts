/** What the console says in English: point-in-time copies, and what is kept of a node that yielded. */
export const keptTexts = {
  kept: {
    title: (module: string) => `Copies of ${module}`,
    intro:
      "What is deleted by mistake is deleted on both nodes; in a copy of before it is still. A copy lies on the same disk: it is no backup.",
    takeTitle: "Take a copy",
    takeText:
      "It needs a file system with reflinks (XFS, Btrfs), and costs room only for what changes later. It holds what was acknowledged in one moment, as after a power cut of that moment. Applications wait while it is taken: 5 s at most, or there is none.",
    take: (node: string) => `Take a copy on ${node}`,
    keep: "So many stay there, the oldest go (empty: all)",
    nowhere: (module: string) =>
      `No node is SECOND for ${module}: a copy is taken where applications do not write, so start the other node, or stop the module on this one.`,
    busy: "Under way: this may take minutes.",
    taken: (name: string, module: string, node: string) =>
      `Copy ${name} of ${module} is on ${node}.`,
    on: (node: string) => `On ${node}`,
    none: "There is no copy.",
    silent: (node: string) =>
      `${node} is not reached: what it keeps is not shown.`,
    serves: (node: string) =>
      `It serves on ${node}: what that node keeps is shown when it does not (after a swap).`,
    kinds: {
      taken: "taken of all mirrored directories",
      replaced: "what stood there before a copy was restored",
      resync:
        "this node's last whole state, kept until it has been brought up to date",
    },
    restore: "Restore",
    drop: "Destroy",
    runs: (module: string, role: string, node: string) =>
      `A copy can be restored when ${module} is stopped on both nodes: it is ${role} on ${node}.`,
    questions: {
      restore: {
        title: (name: string) => `Restore ${name}?`,
        cost: (module: string, node: string) =>
          `It is put in the place of the present data of ${module} on ${node}, and of the other node's in the end. What stands on ${node} now is kept as a copy.`,
        confirm: "Restore it",
      },
      drop: {
        title: (name: string) => `Destroy the copy ${name}?`,
        cost: (module: string, node: string) =>
          `What only this copy of ${module} on ${node} still holds is gone then.`,
        confirm: "Destroy it",
      },
    },
    restored: (name: string, module: string, node: string, before: string) =>
      `${name} stands in the directories of ${module} on ${node}; what was there is kept as ${before}. Now: "hakit prim ${module} --node ${node}"; then start it on the other node, which gets all of it.`,
    dropped: (name: string, node: string) =>
      `Copy ${name} is gone from ${node}.`,
    salvage: (module: string, node: string) =>
      `${node} alone wrote to ${module} before it yielded: that is not in use but kept. As root on ${node}:`,
    salvageActions: {
      show: "lists which files, and where in them",
      export: "puts all of it into an archive",
      drop: "destroys the only copy of it, and ends the warning",
    },
  },
};
