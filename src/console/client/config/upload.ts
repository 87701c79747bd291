/** A new module from an archive: the agent reads it, and says what is wrong with it. */
import { ask } from "../ask.ts";

export function takeUploads(form: HTMLFormElement): void {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const data = new FormData(form);
    const name = String(data.get("name") ?? "");
    const archive = data.get("archive");
    if (!(archive instanceof File)) return;
    const answer = await ask(`/api/modules/${encodeURIComponent(name)}`, {
      method: "PUT",
      body: archive,
    });
    if (answer.ok) return location.assign(`/config?module=${name}`);
    const status = form.querySelector("[role=status]");
    if (status) status.textContent = answer.message;
  });
}
