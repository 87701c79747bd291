/** The words of the automaton. Roles and statuses are those that users of such products know. Pure. */
import type { Identity } from "../replication/identity.ts";
import type { Report } from "../replication/control.ts";

export type Role = "STOP" | "WAIT" | "ALONE" | "PRIM" | "SECOND";
/** NotReady: blocked or stopped; Transient: on the way; Ready: does its work. */
export type Status = "NotReady" | "Transient" | "Ready";

/** What an agent must remember of a module over its own death and a power cut. Written before it is told or acted on. */
export interface Record {
  /** What the user wants: run (start was said) or stop. */
  readonly goal: "run" | "stop";
  /** Role at the last change among ALONE, PRIM, SECOND; null: never ran. ALONE means that the peer was shut out. */
  readonly lastRole: "ALONE" | "PRIM" | "SECOND" | null;
  /** For ALONE: the role it came from, which decides who yields after a split brain. */
  readonly cameFrom: "PRIM" | "SECOND" | null;
  /** Primary whose scripts have all ended: an agent that comes back beside a serving replicator need not run them again. */
  readonly settled?: boolean | undefined;
  /**
   * With a witness: the epoch in which this copy is entitled to go on alone, if the witness still stands there. Absent: in none; then
   * only the peer can entitle it, or a person.
   */
  readonly claim?: number | undefined;
  /** ALONE by the peer's own word: the witness has not been told yet. */
  readonly untold?: boolean | undefined;
  /** Id of the witness that the other node named last while this one heeds another, or none; absent: it named none, or the same. */
  readonly otherWitness?: string | undefined;
}

/** What each node tells the other about a module, in every heartbeat. */
export interface ModuleView {
  readonly module: string;
  readonly role: Role;
  readonly status: Status;
  readonly goal: "run" | "stop";
  readonly lastRole: Record["lastRole"];
  readonly cameFrom: Record["cameFrom"];
  readonly identity: Identity;
  readonly phase: Report["phase"] | "absent";
  readonly session: Report["session"];
  /** "My replication session to you is broken and I want to go on alone: say that you are outdated." The sender's generation. */
  readonly shutOut: string | null;
  /** "I have recorded that I am behind that generation." */
  readonly outdated: string | null;
  /** Swap hand-shake; each step is set by one side and answered by the other. */
  readonly swap: null | "asked" | "releasing" | "released";
  /** What runs here is being stopped, whatever follows; absent otherwise. */
  readonly leaving?: boolean | undefined;
  /** Reason of WAIT in plain words, for `state`. */
  readonly reason: string | null;
  /** Progress for `state` on the other node. */
  readonly resync: Report["resync"];
  /** When both copies were last found identical, ISO 8601; and in how many places they were found to differ since. */
  readonly proven?: string | undefined;
  readonly differences?: number | undefined;
  readonly lastResync: Report["lastResync"];
  readonly dirtyBytes: number;
  /** Whether the virtual addresses are held here. */
  readonly addresses: boolean;
  /** Whether this node goes on in the other one's place; absent from an older version. */
  readonly failover?: boolean | undefined;
  /** Its disk, or its replicator, does not end what it was asked; absent: it does. */
  readonly stalls?: boolean | undefined;
  /**
   * What stands in its directories is not what its state knows (a disk that is not mounted, a restored system disk): `reason` says which,
   * and it starts by a person's word only; absent: it is, or an older version.
   */
  readonly otherFolder?: boolean | undefined;
  /** What this node's last takeover took, from the decision to Ready; put in by the agent, absent: none was seen. */
  readonly takeoverMs?: number | undefined;
  /** The newest of what is kept here of data that only this node wrote; put in by the agent, absent: nothing. */
  readonly salvage?: string | undefined;
  /** What checkers found; put in by the agent, absent from an older version. */
  readonly watch?: WatchView | undefined;
  /** See Record.claim; absent: none. */
  readonly claim?: number | undefined;
  /** It asks whether it may go on alone: then a reply promises nothing. Absent from an older version. */
  readonly bids?: boolean | undefined;
  /** Whose data stays after a split brain, as this node's cluster.yaml says; null: nobody's; absent from an older version. */
  readonly keeps?: string | null | undefined;
  /** Id of the witness that this node heeds; absent: none. Nodes that disagree trust no epoch. */
  readonly witness?: string | undefined;
}

/** What the other node is told of this one's checkers: what is down or cannot be told, and what its rules look at. */
export interface WatchView {
  readonly resources: readonly {
    readonly name: string;
    readonly state: "up" | "down" | "init" | "unknown";
    readonly detail: string | null;
  }[];
  /** Maintenance switches that deviate from module.yaml: "checker off", "boot on". */
  readonly maintenance: readonly string[];
}
