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
        mayServe: (module: string, node: string) =>
          `${node} does not answer: it may serve ${module} now, and go on with newer data. When both nodes meet again, what only one of them wrote is kept aside.`,
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
    notCounted: "size not counted yet",
    sizes:
      "Sizes count what a copy shares with the data, or with another copy, in each: together they take less room than their sum.",
    salvage: {
      told: (module: string, node: string) =>
        `While the two nodes did not see each other, ${node} alone went on writing to ${module}. The other node’s data counts since then; what only ${node} had written is in use nowhere, but kept here:`,
      askAdministrator: "An administrator can download or destroy it.",
      size: (bytes: string) => `${bytes} on the disk`,
      show: "Which files",
      download: "Download (.tar)",
      drop: "Destroy",
      title: (node: string) => `Destroy what ${node} alone had written?`,
      cost: (at: string) =>
        `What was kept at ${at} exists nowhere else: download it first if anybody may miss it. When nothing is kept any more, the warning on the overview ends, too.`,
      type: (module: string) => `Type the module’s name, ${module}, to do it`,
      confirm: "Destroy the only copy",
      note: {
        where: (paths: string) => `a whole copy, in ${paths}`,
        title: (node: string) => `Drop the note of ${node}’s copy?`,
        cost: (at: string, paths: string) =>
          `The whole copy of ${at} stays in ${paths}: only the note of it goes, and the warning on the overview when nothing else is kept. Take the folder away yourself when nobody needs it.`,
        confirm: "Drop the note",
      },
    },
  },
};
