/** The cluster as a page part: drawn by the server for the first sight, then by the browser at every change. */
import type { ClusterState, LinkState, ModuleState } from "../api/state.ts";
import type { UserRole } from "../api/users.ts";
import {
  type Command,
  commandsFor,
  moreFor,
  swapFrom,
  type Wish,
} from "./question.ts";
import { Shape } from "./shapes.tsx";
import {
  answers,
  bytes,
  dataState,
  headline,
  moduleNames,
  moduleTone,
  percent,
  type Place,
  places,
  placeTone,
  resyncText,
  roleMeaning,
  type Tone,
  unbroken,
} from "./view.ts";

export interface ClusterViewProps {
  readonly state: ClusterState;
  /** Of the user: decides which buttons there are. */
  readonly role: UserRole;
  /** Set when the agent does not answer: what is shown is old. */
  readonly away?: { readonly seconds: number } | null;
  /** The command on its way: its buttons rest until it is answered. */
  readonly pending?: Wish | null;
  readonly onWish?: (wish: Wish) => void;
  /** Port of the console, for links to the other node; empty: the default. */
  readonly port: string;
}

const LABEL: { readonly [command in Command]?: string } = {
  start: "Start",
  stop: "Stop",
  swap: "Swap",
  prim: "Make primary",
  restart: "Restart",
  stopstart: "Stop and start",
  primforce: "Force as primary",
  second: "Force as secondary",
  full: "Copy everything again",
};

export function ClusterView(props: ClusterViewProps) {
  const { state, away } = props;
  const names = moduleNames(state);
  return (
    <div class={away ? "cluster stale" : "cluster"}>
      <Truth {...props} />
      {names.map((name) => <ModuleView {...props} name={name} key={name} />)}
      {names.length === 0
        ? (
          <p class="empty">
            No module is installed. See "hakit module install".
          </p>
        )
        : null}
      <Warnings warnings={state.warnings} />
      <Links links={state.links} />
    </div>
  );
}

/** The sentence of truth. */
function Truth({ state, away, port }: ClusterViewProps) {
  const here = state.nodes.find((node) => node.local)?.name ?? "this node";
  if (!away) {
    const { tone, text } = headline(state);
    return (
      <section class={`truth ${tone}`} role="status">
        <Shape tone={tone} />
        <div>
          <h1>{text}</h1>
          <p class="sentence">{unbroken(state.sentence)}</p>
          {state.warnings.length > 0
            ? (
              <a class="below" href="#warnings">
                {state.warnings.length === 1
                  ? "1 warning"
                  : `${state.warnings.length} warnings`}
              </a>
            )
            : null}
        </div>
      </section>
    );
  }
  const elsewhere = state.nodes.filter((node) => !node.local);
  return (
    <section class="truth bad" role="alert">
      <Shape tone="bad" />
      <div>
        <h1>No answer from {here}</h1>
        <p class="sentence">
          Below is what it said{" "}
          <b id="age">{ago(away.seconds)}</b>. Trying again.
        </p>
        <p>
          Ask the other node: {elsewhere.flatMap((node) =>
            node.addresses.map((address) => (
              <a
                class="elsewhere"
                href={consoleUrl(address, port)}
                key={address}
              >
                {node.name} ({address})
              </a>
            ))
          )}
        </p>
        <p class="sentence old">Then: {unbroken(state.sentence)}</p>
      </div>
    </section>
  );
}

function ModuleView(props: ClusterViewProps & { readonly name: string }) {
  const { state, name, role, away, pending, onWish } = props;
  const both = places(state, name);
  const from = swapFrom(both);
  const tone = away ? "off" : moduleTone(both);
  const sentence = state.sentences[name];
  return (
    <section class="module" aria-labelledby={`module-${name}`}>
      <header>
        <h2 id={`module-${name}`}>
          <Shape tone={tone} />
          {name}
        </h2>
        {role !== "viewer"
          ? (
            <button
              type="button"
              class="swap"
              disabled={!from || Boolean(away) || pending?.module === name}
              title={from
                ? "Primary and secondary change places"
                : "Needs a primary and a secondary that are both Ready"}
              onClick={() =>
                from && onWish?.({ command: "swap", module: name, node: from })}
            >
              Swap
            </button>
          )
          : null}
      </header>
      {sentence && !state.sentence.includes(sentence)
        ? <p class="sentence">{unbroken(sentence)}</p>
        : null}
      <div class="nodes">
        {both.map((place) => (
          <NodeCard {...props} place={place} key={place.node.name} />
        ))}
      </div>
    </section>
  );
}

function NodeCard(
  props: ClusterViewProps & { readonly name: string; readonly place: Place },
) {
  const { name, place, role, away, pending, onWish, port } = props;
  const { node, module } = place;
  const heard = answers(node);
  // What was true then wears no colour now.
  const tone: Tone = away ? "off" : placeTone(place);
  const held = module?.addresses ?? [];
  return (
    <article
      class={`node ${tone}`}
      aria-label={`${name} on ${node.name}`}
      data-node={node.name}
    >
      <h3>
        {node.name}
        {node.local ? <small>this console</small> : null}
      </h3>
      <p class="role">
        <Shape tone={tone} hollow={module?.role === "SECOND"} />
        <b>{roleWord(place, Boolean(away))}</b>
        <span>{heard ? statusWord(module) : ""}</span>
      </p>
      <p class="meaning">{roleMeaning(place)}</p>
      {heard && module && module.maintenance.length > 0
        ? (
          <p class="reason maintenance">
            Switched: {module.maintenance.join(", ")}
          </p>
        )
        : null}
      {heard && module?.reason ? <p class="reason">{module.reason}</p> : null}
      <dl>
        <dt>Data</dt>
        <dd>
          <Data place={place} />
        </dd>
        {held.length > 0
          ? (
            <>
              <dt>Address</dt>
              {held.map(({ address, held }) => (
                <dd key={address}>
                  {address} {held && heard ? <b>is here</b> : "not here"}
                </dd>
              ))}
            </>
          )
          : null}
      </dl>
      <footer>
        {!away
          ? commandsFor(place, role).map((command) => (
            <button
              type="button"
              key={command}
              class={command}
              disabled={pending?.module === name}
              onClick={() =>
                onWish?.({ command, module: name, node: node.name })}
            >
              {LABEL[command]}
            </button>
          ))
          : null}
        <a href={logsUrl(name, node.name)}>Logs</a>
        {node.local || !node.addresses[0]
          ? null
          : <a href={consoleUrl(node.addresses[0], port)}>Its console</a>}
      </footer>
      {away ? null : <More {...props} />}
    </article>
  );
}

/** What is rarely wanted, and the switches for maintenance: out of the way of a hasty thumb. */
function More(
  { name, place, role, pending, onWish }: ClusterViewProps & {
    readonly name: string;
    readonly place: Place;
  },
) {
  const commands = moreFor(place, role);
  if (commands.length === 0) return null;
  return (
    <details class="more">
      <summary>More actions</summary>
      <div class="row">
        {commands.map((command) => (
          <button
            type="button"
            key={command}
            disabled={pending?.module === name}
            onClick={() =>
              onWish?.({ command, module: name, node: place.node.name })}
          >
            {LABEL[command] ?? `Switch ${command}`}
          </button>
        ))}
      </div>
    </details>
  );
}

function Data({ place }: { readonly place: Place }) {
  const { text, resync } = dataState(place);
  const last = place.module?.lastResync;
  if (!resync) {
    return (
      <>
        {text}
        {last && answers(place.node)
          ? (
            <small>
              Last copied: {bytes(last.bytesSent)} in {last.seconds.toFixed(1)}
              {" "}
              s
              {last.full ? " (everything)" : ""}
            </small>
          )
          : null}
      </>
    );
  }
  return (
    <>
      {text}
      <progress max="100" value={percent(resync)} aria-label={text} />
      <small class="resync">{unbroken(resyncText(resync))}</small>
    </>
  );
}

/** Below the modules: some of them stand for months, and on a phone at night the roles come first. */
function Warnings({ warnings }: { readonly warnings: readonly string[] }) {
  if (warnings.length === 0) return null;
  return (
    <section class="warnings" id="warnings" aria-labelledby="warnings-title">
      <h2 id="warnings-title">Warnings</h2>
      {warnings.map((warning) => (
        <p class="warning" key={warning}>
          <Shape tone="risk" />
          <span>{unbroken(warning)}</span>
        </p>
      ))}
    </section>
  );
}

function Links({ links }: { readonly links: readonly LinkState[] }) {
  if (links.length === 0) return null;
  return (
    <section class="links" aria-labelledby="links">
      <h2 id="links">Links between the nodes</h2>
      <ul>
        {links.map((link) => (
          <li key={`${link.local} ${link.remote}`}>
            <Shape tone={LINK_TONE[link.state]} />
            <span>
              {link.local} – {link.remote}
            </span>
            <b>{link.state}</b>
            {link.roundTripMs === null
              ? null
              : <small>{link.roundTripMs.toFixed(1)} ms</small>}
          </li>
        ))}
      </ul>
    </section>
  );
}

const LINK_TONE = { up: "good", down: "bad", unknown: "off" } as const;

function roleWord({ node, module }: Place, past: boolean): string {
  if (!answers(node)) return "No answer";
  const word = module?.role ?? "none";
  return past ? `was ${word}` : word;
}

function statusWord(module: ModuleState | undefined): string {
  if (module?.status === "Transient") return "on its way";
  if (!module || module.role === "STOP") return "";
  return module.status === "Ready" ? "ready" : "not ready";
}

export function logsUrl(module: string, node: string): string {
  return `/modules/${encodeURIComponent(module)}/logs?node=${
    encodeURIComponent(node)
  }`;
}

function consoleUrl(address: string, port: string): string {
  const host = address.includes(":") ? `[${address}]` : address;
  return `https://${host}${port ? `:${port}` : ""}/`;
}

function ago(seconds: number): string {
  if (seconds < 60) return `${seconds} s ago`;
  return seconds < 3600
    ? `${Math.floor(seconds / 60)} min ago`
    : `${Math.floor(seconds / 3600)} h ${
      Math.floor((seconds % 3600) / 60)
    } min ago`;
}
