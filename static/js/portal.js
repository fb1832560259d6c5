// What htmx and HTML do not do by themselves. Every page works without this file.

const say = (words) => { document.getElementById("status").textContent = words; };

// Focus goes where a person's own request led: an error summary or a new item. Watching never moves it.
document.body.addEventListener("htmx:afterSettle", (event) => {
  if ((event.detail.requestConfig?.elt ?? event.target).closest("[data-watch]")) return;
  const goal = document.querySelector("[data-focus]");
  if (!goal) return;
  goal.removeAttribute("data-focus");
  goal.focus();
});
document.querySelector("[data-focus]")?.focus();

// Empty filters stay out of the address.
document.body.addEventListener("htmx:configRequest", ({ detail }) => {
  if (detail.verb !== "get") return;
  for (const [name, value] of [...detail.formData.entries()]) {
    if (value === "" || name === "csrfmiddlewaretoken") detail.formData.delete(name);
  }
});

// Uploads show how much has left the browser; the portal still stores it after the last byte.
document.body.addEventListener("htmx:xhr:progress", ({ detail }) => {
  const bar = detail.elt.querySelector?.("progress");
  if (!bar || !detail.lengthComputable) return;
  bar.hidden = false;
  bar.max = detail.total;
  bar.value = detail.loaded;
});
document.body.addEventListener("htmx:afterRequest", ({ detail }) => {
  const bar = detail.elt.querySelector?.("progress");
  if (bar) bar.hidden = true;
});

// Counters count as the vendor does: characters, a line's end as one.
function count(counter) {
  const input = document.getElementById(counter.dataset.count);
  if (!input) return;
  const length = [...input.value.replace(/\r\n?/g, "\n")].length;
  counter.textContent = length.toLocaleString("en-GB");
  counter.parentElement.classList.toggle("over-limit", length > Number(input.dataset.limit));
}
const recount = (which) => document.querySelectorAll(`[data-count${which}]`).forEach(count);
document.addEventListener("input", ({ target }) => recount(`="${CSS.escape(target.id)}"`));
document.body.addEventListener("htmx:afterSettle", () => recount("")); // an answer counted what was sent

// Text that was typed and not sent is not lost by a stray click.
const typed = new Set();
document.addEventListener("input", ({ target }) => {
  const form = target.closest?.("form[data-guard]");
  if (form) typed.add(form);
});
document.addEventListener("submit", ({ target }) => typed.delete(target));
// While it is being sent it stands still: the answer would take away what was added meanwhile.
const hold = (form, held) => form.querySelectorAll("textarea").forEach((text) => { text.readOnly = held; });
document.body.addEventListener("htmx:beforeRequest", ({ detail }) => {
  typed.delete(detail.elt);
  if (detail.elt.matches("form[data-guard]")) hold(detail.elt, true);
});
document.body.addEventListener("htmx:afterRequest", ({ detail }) => {
  if (!detail.elt.matches("form[data-guard]")) return;
  hold(detail.elt, false);
  if (!detail.successful) typed.add(detail.elt);
});
addEventListener("beforeunload", (event) => {
  if ([...typed].some((form) => form.isConnected)) event.preventDefault();
});

document.addEventListener("click", async ({ target }) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(target)) menu.open = false;
  }
  const copy = target.closest("[data-copy]");
  if (!copy) return;
  await navigator.clipboard.writeText(copy.dataset.copy);
  copy.dataset.done = "";
  say(`${copy.dataset.copy} copied`);
  setTimeout(() => copy.removeAttribute("data-done"), 1500);
});

let led = ""; // the first key of a pair, such as g of "g o"
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    const menu = document.querySelector("details.menu[open]");
    if (menu) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  }
  if ((event.ctrlKey || event.metaKey) && event.key === "Enter") {
    event.target.closest("form[data-guard]")?.requestSubmit();
  }
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  if (event.target.closest("input, textarea, select, [contenteditable]")) return;
  const key = led ? `${led} ${event.key}` : event.key;
  led = key === "g" ? key : "";
  const goal = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
  if (!goal?.checkVisibility()) return;
  event.preventDefault();
  if (goal instanceof HTMLInputElement) goal.focus();
  else goal.click();
});

// A morph keeps folds as the reader left them.
if (window.Idiomorph) {
  const isFold = (node) => node instanceof HTMLDetailsElement;
  Idiomorph.defaults.callbacks.beforeAttributeUpdated = (name, node) => !(name === "open" && isFold(node));
}
