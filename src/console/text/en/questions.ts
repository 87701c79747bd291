/** What the console says in English: the question before an action, which names the cost. */
export const questionsTexts = {
  questions: {
    swap: {
      title: (module: string) => `Swap ${module}?`,
      cost: (module: string, node: string, peer: string) =>
        `${module} stops on ${node} and starts on ${peer}: a few seconds without service, open connections break. Nothing written is lost.`,
      confirm: (peer: string) => `Swap to ${peer}`,
    },
    start: {
      title: (module: string, node: string) => `Start ${module} on ${node}?`,
      follows: (node: string, peer: string) =>
        `${node} copies what it lacks from ${peer}, then stands by. The service on ${peer} goes on meanwhile.`,
      serves: (node: string) =>
        `${node} starts the service if its copy is the newest; otherwise it waits and says why.`,
      confirm: (node: string) => `Start on ${node}`,
    },
    prim: {
      title: (module: string, node: string) =>
        `Make ${node} the primary of ${module}?`,
      first: (module: string, node: string, peer: string) =>
        `Neither node has data yet: ${module} starts with what is in ${node}'s folders, and what is in ${peer}'s is replaced by a copy of it.`,
      cost: (node: string, peer: string) =>
        `${node}'s copy becomes the good one. What only ${peer} has written is set aside there and replaced by ${node}'s copy. Do it only if ${peer} is switched off (look: if only the network is broken, both would serve and write) and will not come back, or if you know that ${node} has the right data.`,
      confirm: (node: string) => `Use ${node}'s data`,
    },
    stop: {
      title: (module: string, node: string) => `Stop ${module} on ${node}?`,
      taken: (node: string, peer: string) =>
        `${peer} takes over: a few seconds without service. Then it runs alone: what is written has no second copy until ${node} is started again.`,
      nobody: (module: string, peer: string) =>
        `${module} stops for everybody: ${peer} cannot take over now.`,
      off: (module: string, peer: string) =>
        `${module} stops for everybody: failover is off, ${peer} does not take over.`,
      second: (node: string, peer: string) =>
        `The service on ${peer} goes on, but alone: what is written has no second copy until ${node} is started again.`,
      silent: (node: string, peer: string) =>
        `${peer} is silent: nobody is known to serve. ${node} stops waiting for it, and does not take over by itself any more.`,
      waiting: (module: string) =>
        `${module} no longer waits here. Nothing else changes.`,
      confirm: (node: string) => `Stop on ${node}`,
    },
    restart: {
      title: (module: string, node: string) => `Restart ${module} on ${node}?`,
      serves: (node: string) =>
        `Its services stop and start on ${node}, without a failover: no service for as long as that takes. Nothing written is lost.`,
      beside: (module: string, node: string, peer: string) =>
        `What ${module} runs on ${node} beside the service stops and starts. The service on ${peer} goes on.`,
      confirm: (node: string) => `Restart on ${node}`,
    },
    stopstart: {
      title: (module: string, node: string) =>
        `Stop ${module} on ${node} and start it again?`,
      serves: (node: string, peer: string) =>
        `${peer} takes over if its copy is up to date; otherwise there is no service until ${node} has started again. Nothing written is lost.`,
      off: (node: string) =>
        `Failover is off, nobody takes over: there is no service until ${node} has started again. Nothing written is lost.`,
      beside: (node: string, peer: string) =>
        `Until ${node} is level again, what is written on ${peer} has no second copy.`,
      confirm: (node: string) => `Stop and start on ${node}`,
    },
    second: {
      title: (module: string, node: string) =>
        `Make ${node} the secondary of ${module}?`,
      cost: (node: string, peer: string) =>
        `${peer}'s copy counts as the good one. What only ${node} has written is set aside on ${node} and replaced by a copy of ${peer}'s data.`,
      confirm: (peer: string) => `Follow ${peer}`,
    },
    full: {
      title: (module: string, node: string) =>
        `Copy everything of ${module} to ${node} again?`,
      cost: (node: string, peer: string) =>
        `All of ${node}'s copy is compared and replaced from ${peer}. Until that has ended ${node} cannot take over: one failure of ${peer} stops the service. What only ${node} has written is set aside.`,
      confirm: (node: string) => `Copy everything to ${node}`,
    },
    primforce: {
      title: (module: string, node: string) =>
        `Force ${node} to be the primary of ${module}?`,
      half: (node: string, peer: string) =>
        `${node}'s copy is half made: files in it may be older, newer or torn, and a database may refuse to start on it. Everything that only ${peer} has is set aside there and replaced. Use it only when ${peer}'s data is gone for good.`,
      cost: (node: string, peer: string) =>
        `${node}'s copy becomes the good one even if it is older. What ${peer} has written since is set aside there and replaced. Use it only when ${peer} does not come back.`,
      confirm: (node: string) => `Force ${node}`,
    },
    otherFolder: {
      title: (module: string, node: string) =>
        `Force ${node} to be the primary of ${module} with another folder?`,
      cost: (node: string, peer: string) =>
        `What stands in the place of the mirrored folder on ${node} is not what ${node} mirrored last: perhaps an empty folder, because the disk is not mounted. It becomes the good copy as it is. What was mirrored on ${node} is not in use any more, and what ${peer} has is set aside there and replaced. Use it only when what stands there now is meant to be the good copy; otherwise mount the disk first.`,
      confirm: (node: string) => `Force ${node} with this folder`,
    },
    loss: {
      counted: (node: string, bytes: string) =>
        `${node} has up to ${bytes} that the other copy lacks.`,
      none: (node: string) =>
        `As far as is known, ${node} has nothing that the other copy lacks.`,
      uncounted: (node: string) =>
        `How much ${node} has that the other copy lacks was not counted.`,
      unknown: (node: string) => `What ${node} has is not known here.`,
      silent: (node: string) =>
        `${node} does not answer: this is what it last said, and what it has written since is not known.`,
      proven: (time: string) =>
        `Both copies were last found identical at ${time} UTC.`,
    },
    switches: {
      title: (module: string, what: string) => `Switch ${what} for ${module}?`,
      errd:
        "Processes that die are not noticed by rules any more, on both nodes, until it is switched on again. This page says so all the while.",
      checker:
        "Checkers that find something down are not acted upon any more, on both nodes, until it is switched on again. This page says so all the while.",
      failover:
        "When the primary dies, nobody takes over: the service stays down until a person moves it, on both nodes, until it is switched on again. This page says so all the while.",
      boot:
        "After a reboot it does not start by itself, on both nodes, until it is switched on again. This page says so all the while.",
      on: "It counts again, on both nodes, from now on.",
      "boot on":
        "After a reboot it starts by itself, even where it had been stopped, on both nodes, until it is switched again. This page says so all the while.",
      "boot auto": "At boot as module.yaml says, on both nodes, from now on.",
      confirm: (what: string) => `Switch ${what}`,
    },
  },
};
