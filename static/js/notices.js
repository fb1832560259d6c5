// What a page is told besides its own changes: a request that failed, a session that ended.

const notices = document.getElementById("notices");
const watches = (element) => element.closest("[data-watch]") !== null; // the page asking by itself
let pressed = null; // what sent the last request of a person: where focus returns from a dialog

// A person's next request takes away what was said of the last one.
document.body.addEventListener("htmx:beforeRequest", ({ detail }) => {
  if (watches(detail.elt) || notices.contains(detail.elt)) return;
  notices.replaceChildren();
  pressed = detail.requestConfig.triggeringEvent?.submitter ?? detail.elt;
});

// Whether a new notice may take the place of what stands: that nobody is signed in is not said twice,
// and what a dialog led to ends the dialog.
function heard(asking, status) {
  if (status === 401 && watches(asking) && notices.hasChildNodes()) return false;
  const dialog = notices.querySelector("dialog[open]");
  if (dialog) {
    dialog.close();
    pressed?.focus();
  }
  return true;
}

// An answer that names its own place is shown there, whatever its status.
document.body.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (!detail.xhr.getResponseHeader("HX-Retarget")) return;
  if (detail.target === notices && !heard(detail.requestConfig.elt, detail.xhr.status)) return;
  detail.shouldSwap = true;
  detail.isError = false;
});

// A session that ended is begun again over the page, in a frame that shows every way to sign in.
// Whatever the frame shows next, the page asks whether somebody is signed in by now.
const begin = (dialog) => { if (dialog && !dialog.open) dialog.showModal(); };
document.body.addEventListener("htmx:afterSettle", () => {
  const dialog = notices.querySelector("[data-opened]");
  dialog?.removeAttribute("data-opened"); // once: who closed it opens it
  begin(dialog);
});
notices.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-opens]");
  if (button) begin(document.getElementById(button.dataset.opens));
});
notices.addEventListener("load", ({ target }) => {
  const shown = target.contentDocument?.querySelector("main");
  if (shown) {
    target.style.height = `${shown.scrollHeight}px`;
    shown.querySelector("[data-focus], input:not([type=hidden])")?.focus();
  }
  htmx.trigger(target.nextElementSibling, "caseport:framed");
}, true);

// A new token after signing in elsewhere: what was typed can be sent again.
document.body.addEventListener("caseport:token", ({ detail }) => {
  const headers = JSON.parse(document.body.getAttribute("hx-headers"));
  document.body.setAttribute("hx-headers", JSON.stringify({ ...headers, "x-csrftoken": detail.token }));
  for (const field of document.querySelectorAll("[name=csrfmiddlewaretoken]")) field.value = detail.token;
});

// A request that failed altogether: say so, keep everything, offer to try again.
function failed({ detail }) {
  if (watches(detail.elt)) return;
  const toast = document.createElement("div");
  const words = document.createElement("p");
  const again = document.createElement("button");
  const request = detail.xhr?.getResponseHeader("X-Request-ID");
  toast.className = "toast";
  words.textContent = detail.xhr?.status
    ? `That did not work (${detail.xhr.status}${request ? `, ${request}` : ""}). What you typed is still here.`
    : "The portal could not be reached. What you typed is still here.";
  again.className = "button button-small";
  again.type = "button";
  again.textContent = "Try again";
  again.addEventListener("click", () => {
    toast.remove();
    const button = detail.requestConfig.triggeringEvent?.submitter;
    if (detail.elt instanceof HTMLFormElement) detail.elt.requestSubmit(button?.form === detail.elt ? button : null);
    else detail.elt.dispatchEvent(new Event(detail.requestConfig.triggeringEvent?.type ?? "click", { bubbles: true }));
  });
  toast.append(words, again);
  notices.replaceChildren(toast);
}
for (const name of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
  document.body.addEventListener(name, failed);
}
