/** `hakit invite`: a token for the server that takes the place of a lost node, whichever of the two it was. */
import { existingCluster } from "../cluster/create.ts";
import { newToken } from "../cluster/invite.ts";
import { forgetCommand, forgetNodePassword } from "../k3s/kubernetes.ts";
import { paths } from "../system/paths.ts";
import type { AgentApi } from "./agent_api.ts";
import { type Command, JSON_FLAG, UsageError } from "./command.ts";
import { EXIT } from "./report.ts";

export function inviteCommand(connect: () => AgentApi): Command {
  return {
    name: "invite",
    summary: "A token for a server that takes the place of a lost node",
    group: "Set up",
    args: [],
    flags: { json: JSON_FLAG },
    details: `\
Run it on the node that is left. The new server gets the lost one's name and
addresses: give it these addresses, then hakit prereq and hakit second TOKEN there.
The token is good for one server and 24 hours; an older one is void. A server that
was replaced must never come back: hakit uninstall there, before it has a cable.`,
    async run({ out, on }) {
      const where = paths();
      if (await existingCluster(where) === null) {
        throw new UsageError(
          'This server is in no cluster yet: "hakit first" makes one and prints a token',
        );
      }
      const { nodes, links, sentence } = await connect().state();
      const lost = nodes.find(({ local }) => !local)!;
      if (lost.reachable) {
        out.error(
          `${lost.name} is there and answers: nobody can take its place. If it is to be replaced, switch it off first`,
        );
        return EXIT.failed;
      }
      if (links.some(({ state }) => state === "unknown")) {
        out.error(
          `This agent has just begun and does not know yet whether ${lost.name} is there: ask again in a few seconds`,
        );
        return EXIT.failed;
      }
      const token = await newToken(where);
      const taken = await forgetNodePassword(lost.name);
      if (on("json")) {
        out.json({ token, node: lost.name, k3sTakesIt: taken });
        return EXIT.done;
      }
      const lines = [
        `On the server that becomes ${lost.name}, with its addresses ${
          lost.addresses.join(", ")
        } (after hakit prereq), within 24 hours:`,
        "",
        `hakit second ${token}`,
        "",
        `The lost ${lost.name} must never come back: "hakit uninstall" there before it has a cable.`,
        sentence,
      ];
      if (!taken) {
        lines.push(
          "K3s does not answer here, and would refuse the new server under the old name. Before hakit second, once it answers, say here:",
          forgetCommand(lost.name),
        );
      }
      for (const line of lines) out.line(line);
      return EXIT.done;
    },
  };
}
