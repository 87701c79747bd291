/** The cluster as a page part: drawn by the server for the first sight, then by the browser at every change. */
import type { ClusterState, LinkState, ModuleState } from "../api/state.ts";
import type { UserRole } from "../api/users.ts";
import {
  type Command,
  commandsFor,
  isSwitch,
  moreFor,
  swapFrom,
  type Wish,
} from "./question.ts";
import { Shape } from "./shapes.tsx";
import type { Texts } from "./text/en.ts";
import {
  answers,
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
  troubles,
  unbroken,
} from "./view.ts";
import { bytes } from "../system/units.ts";

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
  readonly t: Texts;
}

export function ClusterView(props: ClusterViewProps) {
  const { state, away, t } = props;
  const names = moduleNames(state);
  return (
    <div class={away ? "cluster stale" : "cluster"}>
      <Truth {...props} />
      {names.map((name) => <ModuleView {...props} name={name} key={name} />)}
      {names.length === 0 ? <p class="empty">{t.overview.install}</p> : null}
      <Warnings warnings={state.warnings} t={t} />
      <Links links={state.links} t={t} />
      <ArbiterLine state={state} t={t} />
    </div>
  );
}

/** The sentence of truth. */
function Truth({ state, away, port, t }: ClusterViewProps) {
  const { overview } = t;
  const here = state.nodes.find((node) => node.local)?.name ??
    overview.thisNode;
  if (!away) {
    const { tone, text } = headline(state, t);
    return (
      <section class={`truth ${tone}`}>
        <Shape tone={tone} />
        <div>
          {/* The sentence below counts a copy's megabytes: read aloud every second it would drown everything. */}
          <div role="status">
            <h1>{text}</h1>
          </div>
          <p class="sentence">{unbroken(state.sentence)}</p>
          {state.warnings.length > 0
            ? (
              <a class="below" href="#warnings">
                {overview.warnings(state.warnings.length)}
              </a>
            )
            : null}
        </div>
      </section>
    );
  }
  const elsewhere = state.nodes.filter((node) => !node.local);
  // The age stands in the middle of a sentence, wherever the language has it.
  const [before, after] = overview.old("\n").split("\n");
  return (
    <section class="truth bad">
      <Shape tone="bad" />
      <div>
        <div role="alert">
          <h1>{overview.noAnswerFrom(here)}</h1>
        </div>
        <p class="sentence">
          {before}
          <b id="age" role="timer">{ago(away.seconds, t)}</b>
          {after}
        </p>
        <p>
          {overview.askOther} {elsewhere.flatMap((node) =>
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
        <p class="sentence old">{overview.then(unbroken(state.sentence))}</p>
      </div>
    </section>
  );
}

function ModuleView(props: ClusterViewProps & { readonly name: string }) {
  const { state, name, role, away, pending, onWish, t } = props;
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
              title={from ? t.overview.canSwap : t.overview.cannotSwap}
              onClick={() =>
                from && onWish?.({ command: "swap", module: name, node: from })}
            >
              {t.actions.swap}
            </button>
          )
          : null}
      </header>
      {sentence && !state.sentence.includes(sentence)
        ? <p class="sentence">{unbroken(sentence)}</p>
        : null}
      {away ? null : <Troubles name={name} both={both} t={t} />}
      <div class="nodes">
        {both.map((place) => (
          <NodeCard {...props} place={place} key={place.node.name} />
        ))}
      </div>
    </section>
  );
}

/** What is broken, or looked at in vain, named: a red role alone sends a person to three pages first. */
function Troubles({ name, both, t: { overview } }: {
  readonly name: string;
  readonly both: readonly Place[];
  readonly t: Texts;
}) {
  const found = troubles(both);
  if (found.length === 0) return null;
  return (
    <ul class="down" aria-label={overview.brokenTitle}>
      {found.map(({ node, name: resource, detail, since, tone }) => (
        <li key={`${node} ${resource}`}>
          <Shape tone={tone} />
          <span>
            <a href={`/resources?module=${encodeURIComponent(name)}`}>
              {overview.on(resource, node)}
            </a>
            {tone === "risk" ? `: ${overview.cannotBeTold}` : null}
            {`: ${detail ?? overview.noDetail} `}
            {since === null ? null : (
              <small>
                {overview.sinceTime(
                  new Date(since).toISOString().slice(0, 16).replace("T", " "),
                )}
              </small>
            )}
          </span>
        </li>
      ))}
    </ul>
  );
}

function NodeCard(
  props: ClusterViewProps & { readonly name: string; readonly place: Place },
) {
  const { name, place, role, away, pending, onWish, port, t } = props;
  const { overview } = t;
  const { node, module } = place;
  const heard = answers(node);
  // What was true then wears no colour now.
  const tone: Tone = away ? "off" : placeTone(place);
  const held = module?.addresses ?? [];
  return (
    <article
      class={`node ${tone}`}
      aria-label={overview.on(name, node.name)}
      data-node={node.name}
    >
      <h3>
        {node.name}
        {node.local ? <small>{overview.console}</small> : null}
      </h3>
      <p class="role">
        <Shape tone={tone} hollow={module?.role === "SECOND"} />
        <b>{roleWord(place, Boolean(away), t)}</b>
        <span>{heard ? statusWord(module, t) : ""}</span>
      </p>
      <p class="meaning">{roleMeaning(place, t)}</p>
      {heard && module && module.maintenance.length > 0
        ? (
          <p class="reason maintenance">
            {overview.switched(module.maintenance.join(", "))}
          </p>
        )
        : null}
      {heard && module?.reason ? <p class="reason">{module.reason}</p> : null}
      <dl>
        <dt>{overview.data}</dt>
        <dd>
          <Data place={place} t={t} />
        </dd>
        {held.length > 0
          ? (
            <>
              <dt>{overview.address}</dt>
              {held.map(({ address, held }) => (
                <dd key={address}>
                  {address}{" "}
                  {held && heard ? <b>{overview.here}</b> : overview.notHere}
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
              {labelOf(command, t)}
            </button>
          ))
          : null}
        <a href={logsUrl(name, node.name)}>{t.nav.logs}</a>
        {node.local || !node.addresses[0]
          ? null
          : (
            <a href={consoleUrl(node.addresses[0], port)}>
              {overview.itsConsole}
            </a>
          )}
      </footer>
      {away ? null : <More {...props} />}
    </article>
  );
}

/** What is rarely wanted, and the switches for maintenance: out of the way of a hasty thumb. */
function More(
  { name, place, role, pending, onWish, t }: ClusterViewProps & {
    readonly name: string;
    readonly place: Place;
  },
) {
  const commands = moreFor(place, role);
  if (commands.length === 0) return null;
  return (
    <details class="more">
      <summary>{t.overview.more}</summary>
      <div class="row">
        {commands.map((command) => (
          <button
            type="button"
            key={command}
            disabled={pending?.module === name}
            onClick={() =>
              onWish?.({ command, module: name, node: place.node.name })}
          >
            {labelOf(command, t)}
          </button>
        ))}
      </div>
    </details>
  );
}

function Data({ place, t }: { readonly place: Place; readonly t: Texts }) {
  const { text, resync } = dataState(place, t);
  const last = place.module?.lastResync;
  if (!resync) {
    return (
      <>
        {text}
        {last && answers(place.node)
          ? (
            <small>
              {t.overview.lastCopied(
                bytes(last.bytesSent),
                last.seconds.toFixed(1),
              )} {last.full ? t.overview.everything : ""}
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
      <small class="resync">{unbroken(resyncText(resync, t))}</small>
    </>
  );
}

/** Below the modules: some of them stand for months, and on a phone at night the roles come first. */
function Warnings({ warnings, t }: {
  readonly warnings: readonly string[];
  readonly t: Texts;
}) {
  if (warnings.length === 0) return null;
  return (
    <section class="warnings" id="warnings" aria-labelledby="warnings-title">
      <h2 id="warnings-title">{t.overview.warningsTitle}</h2>
      {warnings.map((warning) => (
        <p class="warning" key={warning}>
          <Shape tone="risk" />
          <span>{unbroken(warning)}</span>
        </p>
      ))}
    </section>
  );
}

function Links({ links, t }: {
  readonly links: readonly LinkState[];
  readonly t: Texts;
}) {
  if (links.length === 0) return null;
  return (
    <section class="links" aria-labelledby="links">
      <h2 id="links">{t.overview.links}</h2>
      <ul>
        {links.map((link) => (
          <li key={`${link.local} ${link.remote}`}>
            <Shape tone={LINK_TONE[link.state]} />
            <span>
              {link.local} – {link.remote}
            </span>
            <b>{t.overview.linkStates[link.state]}</b>
            {link.roundTripMs === null
              ? null
              : <small>{link.roundTripMs.toFixed(1)} ms</small>}
            {Math.round(link.lossPercent ?? 0) > 0
              ? (
                <small>
                  {t.overview.heartbeatsLost(
                    Math.round(link.lossPercent!),
                  )}
                </small>
              )
              : null}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Where it is a warning it stands there, and once. */
function ArbiterLine({ state, t }: {
  readonly state: ClusterState;
  readonly t: Texts;
}) {
  if (state.warnings.includes(state.arbiter)) return null;
  return (
    <section class="links" aria-labelledby="arbiter">
      <h2 id="arbiter">{t.overview.arbiter}</h2>
      <p>{unbroken(state.arbiter)}</p>
    </section>
  );
}

const LINK_TONE = { up: "good", down: "bad", unknown: "off" } as const;

function labelOf(command: Command, { actions }: Texts): string {
  return isSwitch(command) ? actions.switch(command) : actions[command];
}

/** Roles are words of the product, the same in every language and in the command. */
function roleWord({ node, module }: Place, past: boolean, t: Texts): string {
  if (!answers(node)) return t.overview.noAnswer;
  const word = module?.role ?? t.overview.none;
  return past ? t.overview.was(word) : word;
}

function statusWord(
  module: ModuleState | undefined,
  { overview: { status } }: Texts,
): string {
  if (module?.status === "Transient") return status.moving;
  if (!module || module.role === "STOP") return "";
  return module.status === "Ready" ? status.ready : status.notReady;
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

function ago(seconds: number, { overview }: Texts): string {
  if (seconds < 60) return overview.secondsAgo(seconds);
  const minutes = Math.floor(seconds / 60);
  return minutes < 60
    ? overview.minutesAgo(minutes)
    : overview.hoursAgo(Math.floor(minutes / 60), minutes % 60);
}
