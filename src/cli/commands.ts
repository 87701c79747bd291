/** The table: every command there is, in the order of help. */
import { connect } from "./agent_client.ts";
import { agentJoinCommand } from "./agent_join.ts";
import { askAgent } from "./ask.ts";
import { auditCommand } from "./audit.ts";
import { command as bundle } from "./bundle.ts";
import { certCommand } from "./cert.ts";
import type { Command } from "./command.ts";
import { copyCommand } from "./copy.ts";
import { completionCommand } from "./completion.ts";
import {
  agentCommand,
  counterCommand,
  guardCommand,
  labWriterCommand,
  replicatorCommand,
  upgradeGuardCommand,
} from "./inner.ts";
import { doctorCommand } from "./doctor.ts";
import { drillCommand } from "./drill.ts";
import { command as first } from "./first.ts";
import { command as lab } from "./lab.ts";
import { inviteCommand } from "./invite.ts";
import { k3sNodeCommand } from "./k3s_node.ts";
import { command as importCommand } from "./import.ts";
import { k3sCommand } from "./k3s.ts";
import { keyCommand } from "./key.ts";
import { logCommand } from "./log.ts";
import { command as metrics } from "./metrics.ts";
import { moduleCommand } from "./module.ts";
import { notifyCommand } from "./notify.ts";
import { oidcCommand } from "./oidc.ts";
import { command as prereq } from "./prereq.ts";
import { roleCommand } from "./roles.ts";
import { resyncCommand } from "./resync.ts";
import { command as second } from "./second.ts";
import { resourceCommand } from "./resource.ts";
import { command as snapshot } from "./snapshot.ts";
import { salvageCommand } from "./salvage.ts";
import { stateCommand } from "./state.ts";
import { switchCommand } from "./switch.ts";
import { command as uninstall } from "./uninstall.ts";
import { upgradeCommand } from "./upgrade.ts";
import { fullsyncCommand } from "./fullsync.ts";
import { waitCommands } from "./wait.ts";
import { userCommand } from "./user.ts";
import { verifyCommand } from "./verify.ts";
import { volumeCommand } from "./volume.ts";
import { command as version } from "./version.ts";
import { witnessCommand } from "./witness.ts";

export const commands: readonly Command[] = [
  doctorCommand(askAgent),
  prereq,
  first,
  second,
  inviteCommand(connect),
  bundle,
  agentJoinCommand(connect),
  uninstall,
  upgradeCommand(askAgent, connect),
  userCommand(askAgent),
  keyCommand(askAgent),
  oidcCommand(askAgent),
  certCommand(askAgent),
  notifyCommand(askAgent),
  witnessCommand(connect),
  stateCommand(connect),
  logCommand(connect),
  auditCommand(askAgent),
  metrics,
  snapshot,
  roleCommand("start", connect),
  roleCommand("stop", connect),
  roleCommand("restart", connect),
  roleCommand("stopstart", connect),
  roleCommand("swap", connect),
  roleCommand("prim", connect),
  roleCommand("primforce", connect),
  fullsyncCommand(connect),
  ...waitCommands(connect),
  resourceCommand(connect),
  switchCommand("errd", connect),
  switchCommand("checker", connect),
  switchCommand("failover", connect),
  switchCommand("boot", connect),
  k3sCommand(askAgent, connect),
  verifyCommand(connect),
  resyncCommand(connect),
  copyCommand(askAgent, connect),
  volumeCommand(connect),
  drillCommand(connect),
  salvageCommand,
  moduleCommand(connect),
  importCommand,
  lab,
  agentCommand,
  replicatorCommand,
  guardCommand,
  counterCommand,
  labWriterCommand,
  k3sNodeCommand(connect),
  upgradeGuardCommand,
  completionCommand(() => commands),
  version,
];
