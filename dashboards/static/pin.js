// Keys on the screen for a PIN: for fingers in gloves, and screens without a keyboard.
"use strict";

const pin = document.getElementById("pin");
const keys = document.getElementById("keys");
if (pin && keys) {
  keys.hidden = false;
  keys.addEventListener("click", (event) => {
    const key = event.target.closest("[data-digit]");
    if (!key) return;
    pin.value = key.dataset.digit ? (pin.value + key.dataset.digit).slice(0, 6) : pin.value.slice(0, -1);
  });
}
