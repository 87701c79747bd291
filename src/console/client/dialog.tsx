/** A question that must be answered before anything else. "Cancel" has the focus: Enter alone does nothing grave. */
import { type Child, useEffect, useRef, useState } from "hono/jsx/dom";

export interface DialogProps {
  readonly title: string;
  readonly cancel: string;
  /** None: there is nothing to choose any more. */
  readonly confirm?: string;
  readonly grave?: boolean;
  readonly disabled?: boolean;
  /** Must be typed before it can be confirmed. */
  readonly typed?: { readonly word: string; readonly label: string };
  readonly onYes: () => void;
  readonly onNo: () => void;
  readonly children: Child;
}

export function Dialog(props: DialogProps) {
  const { title, typed, grave = false, disabled = false } = props;
  const dialog = useRef<HTMLDialogElement>(null);
  const [word, setWord] = useState("");
  useEffect(() => {
    const shown = dialog.current;
    if (shown && !shown.open) shown.showModal();
    // Only one that is closed gives the focus back to where it was; one that is taken off the page takes it along.
    return () => shown?.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      onCancel={(event: Event) => {
        // The state closes it, at once: the browser tells of its own closing later, and would take the next question away.
        event.preventDefault();
        props.onNo();
      }}
      onClose={() => dialog.current?.isConnected && props.onNo()}
      aria-labelledby="question"
    >
      <h2 id="question">{title}</h2>
      {props.children}
      {typed
        ? (
          <label class="typed">
            {typed.label}
            <input
              autocomplete="off"
              autocapitalize="none"
              spellcheck={false}
              onInput={(event: Event) =>
                setWord((event.target as HTMLInputElement).value)}
            />
          </label>
        )
        : null}
      <div class="answers">
        <button type="button" autofocus onClick={props.onNo}>
          {props.cancel}
        </button>
        {props.confirm === undefined ? null : (
          <button
            type="button"
            class={grave ? "grave" : "primary"}
            disabled={disabled || (typed !== undefined && word !== typed.word)}
            onClick={props.onYes}
          >
            {props.confirm}
          </button>
        )}
      </div>
    </dialog>
  );
}
