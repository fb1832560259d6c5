// Passkeys: a form with data-passkey asks the browser for one before it is sent. Such forms are
// hidden until this file has found that the browser can; every other way in works without it.

const WORDS = {
  NotAllowedError: "No passkey was used: the request was cancelled, or took too long.",
  InvalidStateError: "This device already holds a passkey of yours.",
  SecurityError: "The browser accepts no passkey at this address.",
  NotSupportedError: "This device cannot hold such a passkey.",
};

// A passkey that opens the account by itself is kept on the device, which asks who holds it.
function alone(options) {
  const wanted = options.publicKey.authenticatorSelection;
  wanted.residentKey = "required";
  wanted.requireResidentKey = true;
  wanted.userVerification = "required";
  return options;
}

async function optionsOf(form) {
  const kept = document.getElementById("passkey-options");
  if (kept) return JSON.parse(kept.textContent);
  const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

async function ask(form) {
  const { creation_options: creation, request_options: request } = await optionsOf(form);
  return creation ? webauthnJSON.create(alone(creation)) : webauthnJSON.get(request);
}

function prepare(form) {
  const said = form.querySelector("[data-passkey-said]");
  const button = form.querySelector("button");
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    said.textContent = "";
    button.disabled = true;
    try {
      form.elements.credential.value = JSON.stringify(await ask(form));
      form.submit();
    } catch (error) {
      said.textContent = WORDS[error.name] ?? "That did not work. Load the page again and try once more.";
      button.disabled = false;
      button.focus();
    }
  });
}

const able = window.PublicKeyCredential !== undefined && window.webauthnJSON !== undefined;
for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (able) prepare(form);
}
for (const words of document.querySelectorAll("[data-passkey-unable]")) words.hidden = able;
