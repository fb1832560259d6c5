// The form of a draft: what is typed while an answer is on its way stays, files go once.

// A button speaks once, in the first request that leaves after it was pressed. htmx would repeat the
// button last focused with every answer until focus leaves it, and name one that was never pressed.
let pressed = null;

document.addEventListener("submit", ({ target, submitter }) => {
  if (target.id === "filing") pressed = submitter;
}, true);

document.body.addEventListener("htmx:configRequest", ({ detail }) => {
  if (detail.elt.id !== "filing") return;
  for (const each of detail.elt.elements) if (each.type === "submit") detail.formData.delete(each.name);
  if (pressed) detail.formData.set(pressed.name, pressed.value);
  detail.place = pressed && document.activeElement === pressed ? placeOf(pressed) : null;
  pressed = null;
});

// Who pressed a button goes on where it was, although the answer took it away or made it another
// row's: at the row it named, else at the one in its place or the last, else in its field.
const ROWS = ".tree-row, .kept > li, .facts > div";

function placeOf(button) {
  const holder = button.closest(".field, .parked");
  const rows = [...(holder?.querySelectorAll(ROWS) ?? [])];
  const index = rows.indexOf(button.closest(ROWS));
  return holder && { id: holder.id, button, value: button.value, index };
}

function focusAt({ id, button, value, index }) {
  const holder = document.getElementById(id);
  const rows = [...(holder?.querySelectorAll(ROWS) ?? [])];
  const named = (row) => [...row.querySelectorAll("input")].some((input) => (
    [value, value.replace(/^\d+:/, "")].includes(input.value)
  ));
  const row = rows.find(named);
  const same = row?.querySelector(`button[name="${CSS.escape(button.name)}"]`);
  const near = row ?? rows.at(Math.min(index, rows.length - 1)) ?? holder;
  (same ?? near?.querySelector("select, textarea, input:not([type=hidden]), button"))?.focus();
}

document.body.addEventListener("htmx:afterSettle", ({ detail }) => {
  const place = detail.requestConfig?.place;
  const active = document.activeElement;
  if (!place || (active !== document.body && active !== place.button)) return;
  if (!place.button.isConnected || place.button.value !== place.value) focusAt(place);
});

let sent = null; // the values that the request now being answered carried

document.body.addEventListener("htmx:beforeSwap", ({ detail }) => {
  sent = detail.requestConfig?.formData;
});

// A part that comes back knows what was sent. What a person did since wins, and so does the text under
// the caret, whose blanks the portal may have trimmed; `sent` is null for an answer of no form at all.
function isNewer(live) {
  if (!sent?.has(live.name)) return true;
  if (live.matches("[type=radio], [type=checkbox]")) {
    return live.checked !== sent.getAll(live.name).includes(live.value);
  }
  if (live.value !== sent.get(live.name)) return true;
  const isTyping = live === document.activeElement && live.dataset.answer === "typed";
  return isTyping && !sent.has(`${live.name}.clear`);
}

function keep(live, fresh) {
  if (!live.dataset?.answer || live.id !== fresh.id || !isNewer(live)) return;
  if (live instanceof HTMLSelectElement) {
    if ([...fresh.options].some((option) => option.value === live.value)) fresh.value = live.value;
  } else if (live.matches("[type=radio], [type=checkbox]")) fresh.checked = live.checked;
  else if (live instanceof HTMLTextAreaElement) fresh.value = live.value;
  else fresh.setAttribute("value", live.value);
}

if (window.Idiomorph) Idiomorph.defaults.callbacks.beforeNodeMorphed = keep;

// A file beyond the limit is not sent to be refused.
document.body.addEventListener("htmx:confirm", (event) => {
  const input = event.target;
  if (!input.matches("input[type=file][data-max-size]")) return;
  const large = [...input.files].find((file) => file.size > Number(input.dataset.maxSize));
  if (!large) return;
  event.preventDefault();
  const words = document.createElement("p");
  words.className = "field-error";
  words.role = "alert";
  words.textContent = `${large.name} is larger than the limit. It was not sent; choose a smaller file.`;
  input.after(words);
  input.value = "";
});

// Answers go without a bar; a file shows how much of it has left the browser.
document.addEventListener("htmx:xhr:progress", (event) => {
  const { elt, lengthComputable, loaded, total } = event.detail;
  if (elt.id === "filing") event.stopPropagation();
  const bar = elt.matches("input[type=file]") && elt.parentElement.querySelector("progress");
  if (!bar || !lengthComputable) return;
  bar.hidden = false;
  bar.max = total;
  bar.value = loaded;
}, true);

// A file is sent once: chosen, stored, and its input is free for the next.
document.body.addEventListener("htmx:afterRequest", ({ detail }) => {
  if (!detail.elt.matches("input[type=file]")) return;
  detail.elt.parentElement?.querySelector("progress")?.setAttribute("hidden", "");
  if (detail.xhr.status && detail.xhr.status < 500) detail.elt.value = "";
});
