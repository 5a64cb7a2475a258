// The page of one's own phones: asks this browser how it is, switches it on and off, and waits for test messages to arrive.
"use strict";

const panel = document.getElementById("this");
const words = panel.dataset;
const csrf = document.querySelector('input[name="csrf"]').value;
const ASK_EVERY_MS = 1000;
const WAITED_FOR_MS = 30000;

function show(state) {
  for (const one of panel.querySelectorAll("[data-state]")) one.hidden = one.dataset.state !== state;
}

function say(text) {
  document.getElementById("says").textContent = text;
}

function octets(base64url) {
  return Uint8Array.from(atob(base64url.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
}

function base64url(buffer) {
  return btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

// As hub/phones.py reckons it.
async function idOf(subscription) {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(subscription.endpoint));
  return base64url(digest).slice(0, 22);
}

async function call(method, path, body) {
  const headers = { "X-CSRF-Token": csrf };
  if (body) headers["content-type"] = "application/json";
  const answer = await fetch("/api/v1/phones" + path, { method, headers, body: body && JSON.stringify(body) });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.status === 204 ? null : answer.json();
}

function isApple() {
  return /iPhone|iPad|iPod/.test(navigator.userAgent) || (navigator.platform === "MacIntel" && navigator.maxTouchPoints > 1);
}

// Names of products alone: they read the same in every language.
function deviceName() {
  const agent = navigator.userAgent;
  const browser = /Edg/.test(agent) ? "Edge" : /Firefox|FxiOS/.test(agent) ? "Firefox" : /SamsungBrowser/.test(agent) ? "Samsung Internet" : /Chrome|CriOS/.test(agent) ? "Chrome" : /Safari/.test(agent) ? "Safari" : "";
  const kind = /iPhone/.test(agent) ? "iPhone" : /iPad/.test(agent) || isApple() ? "iPad" : ["Android", "Windows", "CrOS", "Mac", "Linux"].find((one) => agent.includes(one))?.replace("CrOS", "ChromeOS") ?? "";
  return [kind, browser].filter(Boolean).join(" · ");
}

let mine = null; // this browser's subscription
let myId = "";
let lostId = ""; // under which this browser was called once, and is no more

async function look() {
  if (!("serviceWorker" in navigator) || !("PushManager" in window) || !("Notification" in window)) {
    show(isApple() && !navigator.standalone ? "home-screen" : "impossible");
    return;
  }
  if (Notification.permission === "denied") { show("blocked"); return; }
  const worker = await navigator.serviceWorker.ready;
  mine = await worker.pushManager.getSubscription();
  // Made with another key (the house's was lost): it reaches us no more.
  const key = mine && mine.options.applicationServerKey;
  if (key && words.key && base64url(key) !== words.key) { await mine.unsubscribe(); mine = null; }
  if (!mine) { show("off"); return; }
  myId = await idOf(mine);
  const row = document.querySelector('[data-phone="' + myId + '"]');
  if (!row) { show("others"); return; }
  if ("lost" in row.dataset) { lostId = myId; show("off"); return; }
  row.querySelector(".here").hidden = false;
  show("on");
}

async function switchOn() {
  say("");
  try {
    if ((await Notification.requestPermission()) !== "granted") { show("blocked"); return; }
    const worker = await navigator.serviceWorker.ready;
    if (lostId && mine) await mine.unsubscribe(); // its push service gives it a new address then
    mine = await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: octets(words.key) });
    await call("POST", "", { ...mine.toJSON(), device: deviceName() });
    if (lostId && lostId !== (await idOf(mine))) await call("DELETE", "/" + lostId);
    location.replace("/phone?notice=on");
  } catch { say(words.failed); }
}

async function switchOff() {
  try {
    await call("DELETE", "/" + myId);
    await mine.unsubscribe();
    location.replace("/phone?notice=off");
  } catch { say(words.failed); }
}

async function test(id) {
  try {
    const before = await delivered(id);
    const done = await call("POST", "/" + id + "/test");
    if (!done.sent) { say(words.failed); return; }
    say(words.sent);
    for (let waited = 0; waited < WAITED_FOR_MS; waited += ASK_EVERY_MS) {
      await new Promise((go) => setTimeout(go, ASK_EVERY_MS));
      if ((await delivered(id)) !== before) { say(words.arrived); return; }
    }
    say(words.lost);
  } catch { say(words.failed); }
}

async function delivered(id) {
  const { phones } = await call("GET", "");
  return phones.find((one) => one.id === id)?.delivered_at ?? null;
}

document.getElementById("switch-on").addEventListener("click", switchOn);
document.getElementById("take-over").addEventListener("click", switchOn);
document.getElementById("switch-off").addEventListener("click", switchOff);
document.getElementById("test-here").addEventListener("click", () => test(myId));
for (const form of document.querySelectorAll("form.test")) {
  form.addEventListener("submit", (e) => { e.preventDefault(); test(form.closest("[data-phone]").dataset.phone); });
}
for (const form of document.querySelectorAll("form.remove")) {
  form.addEventListener("submit", () => { if (form.closest("[data-phone]").dataset.phone === myId && mine) mine.unsubscribe(); });
}
look().catch(() => show("impossible"));
