/** The form beside module.yaml or cluster.yaml, made of its schema: what is added there appears here without another line. */
import type { Texts } from "../../text/en.ts";
import type { Path } from "./document.ts";

/** What is used of JSON Schema. */
export interface Schema {
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly anyOf?: readonly Schema[];
  readonly default?: unknown;
  readonly properties?: { readonly [key: string]: Schema };
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly additionalProperties?: Schema | boolean;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
}

export interface FormProps {
  readonly schema: Schema;
  readonly values: { readonly [key: string]: unknown };
  readonly t: Texts;
  readonly kind: FormKind;
  /** undefined: the default counts again. */
  readonly onValue: (path: Path, value: unknown) => void;
  readonly onEntry: (path: Path, value: unknown) => void;
}

export type FormKind = "module" | "cluster";

/** The first group is open; what is in none stands in the last, "other". */
const GROUPS: {
  readonly [kind in FormKind]:
    readonly (readonly [string, readonly string[]])[];
} = {
  module: [
    ["general", [
      ...["title", "boot", "boot_delay", "failover", "default_primary"],
      ...["max_restarts", "restart_period"],
    ]],
    ["network", ["virtual_addresses", "port"]],
    ["data", ["directories", "resync", "verify"]],
    ["checkers", ["checkers"]],
    ["processes", ["processes"]],
    ["rules", ["rules", "hold"]],
    ["scripts", ["scripts", "services"]],
    ["variables", ["variables"]],
  ],
  cluster: [
    ["nodes", ["nodes", "links"]],
    ["life", ["heartbeat", "split_brain", "watchdog"]],
    ["console", ["console"]],
    ["notifications", ["notifications"]],
  ],
};
/** Not changed in a form: the module's name is the folder's, and there is one mode; the cluster's is in its keys. */
const HIDDEN: { readonly [kind in FormKind]: readonly string[] } = {
  module: ["name", "mode"],
  cluster: ["cluster", "id"],
};
/** Texts of several lines. */
const LONG = ["rules"];
/** What a new entry begins with, where the schema asks for it. */
const FIRST: { readonly [key: string]: unknown } = {
  name: "new",
  port: 80,
  address: "127.0.0.1",
  path: "/srv/data",
  url: "http://127.0.0.1/",
  module: "other",
};

export function Form(props: FormProps) {
  const { schema, kind, t } = props;
  const keys = Object.keys(schema.properties ?? {});
  const known = GROUPS[kind].flatMap(([, members]) => members)
    .concat(HIDDEN[kind]);
  const rest = keys.filter((key) => !known.includes(key));
  const titles: { readonly [group: string]: string } = kind === "cluster"
    ? t.clusterGroups
    : t.groups;
  const groups = [...GROUPS[kind], ["other", rest] as const]
    .map(([name, members]) =>
      [name, members.filter((key) => keys.includes(key))] as const
    ).filter(([, members]) => members.length > 0);
  return (
    <div class="form">
      {groups.map(([name, members]) => (
        <details key={name} open={name === GROUPS[kind][0]![0]}>
          <summary>{titles[name]}</summary>
          <div class="fields">
            {members.map((key) => (
              <Field
                {...props}
                key={key}
                schema={schema.properties![key]!}
                path={[key]}
                value={props.values[key]}
                required={schema.required?.includes(key) ?? false}
              />
            ))}
          </div>
        </details>
      ))}
    </div>
  );
}

interface FieldProps extends Omit<FormProps, "values"> {
  readonly path: Path;
  readonly value: unknown;
  readonly required: boolean;
}

function Field(props: FieldProps) {
  const { schema } = props;
  if (schema.type === "array") return <List {...props} />;
  if (schema.type === "object" && schema.properties) return <Part {...props} />;
  if (schema.type === "object") return <Table {...props} />;
  return <Value {...props} />;
}

function words({ kind, t, path }: Pick<FieldProps, "kind" | "t" | "path">) {
  const fields = kind === "cluster" ? t.clusterFields : t.fields;
  const [parent, key = ""] = ["", ...path].filter((part) =>
    typeof part === "string"
  ).slice(-2);
  // The port of a check is not the one of the replication.
  return fields[`${parent}.${key}`] ?? fields[key] ??
    { label: key, hint: "" };
}

function idOf(path: Path): string {
  return `field-${path.join("-")}`;
}

/** A group of values, such as `resync`. */
function Part(props: FieldProps) {
  const { schema, path, value } = props;
  const { label } = words(props);
  const members = Object.entries(schema.properties ?? {});
  const inner = members.map(([key, member]) => (
    <Field
      {...props}
      key={key}
      schema={member}
      path={[...path, key]}
      value={record(value)[key]}
      required={schema.required?.includes(key) ?? false}
    />
  ));
  // The only member of its group: the heading says it already.
  if (path[0] === "checkers" || path[0] === "scripts") {
    return <div class="fields">{inner}</div>;
  }
  return (
    <fieldset>
      <legend>{label}</legend>
      <div class="fields">{inner}</div>
    </fieldset>
  );
}

/** Entries one below the other, each with its own fields. */
function List(props: FieldProps) {
  const { schema, path, value, required, t, onValue, onEntry } = props;
  // One that may be left out goes with its last entry.
  const least = required ? schema.minItems ?? 0 : 0;
  const entries = Array.isArray(value) ? value : [];
  const item = schema.items ?? {};
  const { label, hint } = words(props);
  const add = () => {
    if (item.type !== "object") return onEntry(path, "");
    const fresh = (item.required ?? []).map((key) => [
      key,
      item.properties?.[key]?.type === "array" ? [] : FIRST[key] ?? "",
    ]);
    // "new" twice would be a mistake before the first word is typed.
    const taken = entries.map((entry) => record(entry)["name"]);
    const first = Object.fromEntries(fresh);
    if (taken.includes(first.name)) first.name = `new${entries.length + 1}`;
    onEntry(path, first);
  };
  if (entries.length === 0) {
    return (
      <button type="button" class="add" onClick={add} title={hint}>
        {t.config.add(label)}
      </button>
    );
  }
  return (
    <div class="list">
      <p class="kind">
        <b>{label}</b>
        {hint ? <small>{hint}</small> : null}
      </p>
      {entries.map((entry, index) => {
        const at = [...path, index];
        const name = nameOf(entry) ?? String(index + 1);
        const rest = ["action", "when", "interval"]
          .flatMap((key) => record(entry)[key] ?? []).join(" · ");
        return (
          <details class="entry" key={index} open={name.startsWith("new")}>
            <summary>
              {name} {rest ? <small>{rest}</small> : null}
            </summary>
            <div class="fields">
              {item.type === "object"
                ? <Entry {...props} schema={item} path={at} value={entry} />
                : (
                  <Value
                    {...props}
                    schema={item}
                    path={at}
                    value={entry}
                    required
                  />
                )}
            </div>
            {entries.length > least
              ? (
                <button type="button" onClick={() => onValue(at, undefined)}>
                  {t.config.remove(`${label} ${name}`)}
                </button>
              )
              : null}
          </details>
        );
      })}
      {entries.length < (schema.maxItems ?? Infinity)
        ? (
          <button type="button" class="add" onClick={add}>
            {t.config.add(label)}
          </button>
        )
        : null}
    </div>
  );
}

function nameOf(entry: unknown): string | null {
  const known = record(entry);
  for (const key of ["name", "path", "address"]) {
    if (typeof known[key] === "string") return known[key];
  }
  return typeof entry === "string" ? entry : null;
}

/** What an entry needs, and behind "More" what has a default that is not changed yet. */
function Entry(props: Omit<FieldProps, "required">) {
  const { schema, path, value, t } = props;
  const given = record(value);
  const field = ([key, member]: [string, Schema]) => (
    <Field
      {...props}
      key={key}
      schema={member}
      path={[...path, key]}
      value={given[key]}
      required={schema.required?.includes(key) ?? false}
    />
  );
  const all = Object.entries(schema.properties ?? {});
  const needed = (key: string) =>
    schema.required?.includes(key) || key in given;
  const more = all.filter(([key]) => !needed(key));
  return (
    <>
      {all.filter(([key]) => needed(key)).map(field)}
      {more.length > 0
        ? (
          <details class="more">
            <summary>{t.config.advanced}</summary>
            <div class="fields">{more.map(field)}</div>
          </details>
        )
        : null}
    </>
  );
}

/** Names and values, such as `variables`. */
function Table(props: FieldProps) {
  const { path, value, t, onValue } = props;
  const { label } = words(props);
  return (
    <div class="table">
      {Object.entries(record(value)).map(([name, text]) => (
        <div class="pair" key={name}>
          <Value
            {...props}
            schema={{ type: "string" }}
            path={[...path, name]}
            value={text}
            required
            literal
          />
          <button
            type="button"
            onClick={() =>
              onValue([...path, name], undefined)}
          >
            {t.config.remove(name)}
          </button>
        </div>
      ))}
      <form
        class="pair"
        onSubmit={(event: Event) => {
          event.preventDefault();
          const form = event.target as HTMLFormElement;
          const name = new FormData(form).get("name");
          if (typeof name === "string" && name !== "") {
            onValue([...path, name], "");
            form.reset();
          }
        }}
      >
        <label>
          <span>{t.config.add(label)}</span>
          <input
            name="name"
            pattern="[A-Z][A-Z0-9_]*"
            placeholder={t.config.variableName}
            autocomplete="off"
            required
          />
        </label>
        <button type="submit">{t.config.add(t.config.variableName)}</button>
      </form>
    </div>
  );
}

function Value(props: FieldProps & { readonly literal?: boolean }) {
  const { schema, path, value, required, literal, t, onValue } = props;
  const key = String(path.at(-1));
  const said = literal ? { label: key, hint: "" } : words(props);
  const id = idOf(path);
  const number = schema.type === "integer" || schema.type === "number";
  const choices = schema.type === "boolean" ? ["true", "false"] : schema.enum;
  const fallback = schema.default === undefined ? "" : String(schema.default);
  const set = (event: Event) => {
    const { value: text } = event.target as HTMLInputElement;
    if (text === "" && !literal) return onValue(path, undefined);
    if (schema.type === "boolean") return onValue(path, text === "true");
    onValue(path, number && /^\d+$/.test(text) ? Number(text) : text);
  };
  const shown = value === undefined || value === null ? "" : String(value);
  const hint = [
    said.hint,
    required && !literal ? t.config.required : "",
    fallback ? t.config.defaultIs(fallback) : "",
  ].filter(Boolean).join(" · ");
  const shared = {
    id,
    value: shown,
    "aria-describedby": hint ? `${id}-hint` : undefined,
    onChange: set,
  };
  return (
    <label class={LONG.includes(key) ? "wide" : undefined} for={id}>
      <span>{said.label}</span>
      {choices
        ? (
          <select {...shared}>
            {required ? null : (
              <option value="">
                {fallback ? t.config.defaultIs(fallback) : "–"}
              </option>
            )}
            {choices.map((word) => (
              <option value={word} key={word} selected={word === shown}>
                {word}
              </option>
            ))}
          </select>
        )
        : LONG.includes(key)
        ? <textarea {...shared} rows={4} spellcheck={false} />
        : (
          <input
            {...shared}
            inputmode={number ? "numeric" : undefined}
            autocapitalize="none"
            autocomplete="off"
            spellcheck={false}
          />
        )}
      {hint ? <small id={`${id}-hint`}>{hint}</small> : null}
    </label>
  );
}

function record(value: unknown): { readonly [key: string]: unknown } {
  return typeof value === "object" && value !== null
    ? value as { readonly [key: string]: unknown }
    : {};
}
