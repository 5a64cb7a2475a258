// Passkeys: signing in with one, and making one. Without support for them the buttons stay away.
"use strict";

const able = "PublicKeyCredential" in window && "parseRequestOptionsFromJSON" in PublicKeyCredential && window.isSecureContext;
const csrf = document.querySelector('input[name="csrf"]').value;

async function post(path, body) {
  const answer = await fetch(path, {
    method: "POST",
    headers: { "X-CSRF-Token": csrf, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  const said = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(said.reason || String(answer.status));
  return said;
}

const enter = document.getElementById("passkey");
if (enter && able) {
  enter.hidden = false;
  enter.addEventListener("click", async () => {
    const says = document.getElementById("passkey-says");
    says.hidden = true;
    try {
      const asked = await post("/api/v1/session/passkey/challenge", {});
      const options = PublicKeyCredential.parseRequestOptionsFromJSON(asked.options);
      const found = await navigator.credentials.get({ publicKey: options });
      const shared = document.querySelector('input[name="shared"]').checked;
      location.assign((await post("/api/v1/session/passkey", { name: asked.name, answer: found.toJSON(), shared })).to);
    } catch {
      says.textContent = says.dataset.failed;
      says.hidden = false;
    }
  });
}

const form = document.getElementById("new-passkey");
if (form && able) {
  form.hidden = false;
  document.getElementById("no-passkeys").hidden = true;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const fault = form.querySelector(".fault");
    fault.hidden = true;
    try {
      const asked = await post("/api/v1/account/passkeys/challenge", { password: form.elements.password?.value ?? "" });
      const options = PublicKeyCredential.parseCreationOptionsFromJSON(asked.options);
      const made = await navigator.credentials.create({ publicKey: options });
      const called = form.elements.called.value;
      await post("/api/v1/account/passkeys", { name: asked.name, made: made.toJSON(), called });
      location.assign("/account?notice=passkey-added");
    } catch (error) {
      fault.textContent = error.message === "password" ? form.dataset.password : form.dataset.failed;
      fault.hidden = false;
    }
  });
}
