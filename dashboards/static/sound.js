// Sound on a screen that hangs in a room: it goes on until somebody has the alert. It stands beside board.js, whose list it reads.
// Bursts as IEC 60601-1-8 has them: high ten pulses, medium three, low two; each pulse has harmonics, so that ears find where it comes from.
"use strict";

// `repeat`: ms from the start of one burst to the next (UL 1069: at least every 10 s where it is urgent); 0: once for each alert.
// `pulses`: [start, length] in s. `pitch` in Hz.
const BURSTS = {
  high: { pitch: 523, repeat: 8000, pulses: [0, 0.25, 0.5, 1, 1.25, 2.15, 2.4, 2.65, 3.15, 3.4].map((at) => [at, 0.15]) },
  medium: { pitch: 440, repeat: 20000, pulses: [0, 0.4, 0.8].map((at) => [at, 0.2]) },
  low: { pitch: 330, repeat: 0, pulses: [0, 0.4].map((at) => [at, 0.2]) },
};
const HARMONICS = [0, 1, 0.7, 0.6, 0.5, 0.4]; // four above the pitch, all below 4 kHz
const RAMP_S = 0.02;
const SILENT_FOR_MS = 120000; // never longer
const SOUND_LOOK_EVERY_MS = 200;

const sound = document.getElementById("sound");
const inSound = (id) => document.getElementById(id);
const audio = "AudioContext" in window ? new AudioContext() : null;
let wanted = localStorage.getItem("vaka-sound") || sound.dataset.wanted;
let volume = Number(localStorage.getItem("vaka-volume")) || 80;
let playing = null; // {priority, at}: the burst that was played last
let silentUntil = 0;
let known = { high: new Set(), low: new Set(JSON.parse(sessionStorage.getItem("vaka-low") || "[]")) };

function waiting(priority) {
  return [...document.querySelectorAll("#open > .card.is-open." + priority + ":not(.prewarning)")].map((card) => card.id);
}

// What has to be heard now. A screen that has lost contact says so by sound too: nobody would look at it otherwise.
function priorityNow() {
  if (waiting("high").length) return "high";
  if (waiting("medium").length || document.body.classList.contains("is-stale")) return "medium";
  return waiting("low").some((id) => !known.low.has(id)) ? "low" : null;
}

function burst(priority) {
  const { pitch, pulses } = BURSTS[priority];
  const wave = audio.createPeriodicWave(new Float32Array(HARMONICS.length), new Float32Array(HARMONICS));
  const out = audio.createGain();
  out.gain.value = volume / 100;
  out.connect(audio.destination);
  for (const [start, length] of pulses) {
    const at = audio.currentTime + 0.05 + start;
    const tone = audio.createOscillator();
    const edge = audio.createGain();
    tone.setPeriodicWave(wave);
    tone.frequency.value = pitch;
    edge.gain.setValueAtTime(0, at);
    edge.gain.linearRampToValueAtTime(1, at + RAMP_S);
    edge.gain.setValueAtTime(1, at + length - RAMP_S);
    edge.gain.linearRampToValueAtTime(0, at + length);
    tone.connect(edge).connect(out);
    tone.start(at);
    tone.stop(at + length);
  }
  return out;
}

function soundState() {
  if (!audio) return "none";
  if (wanted !== "on") return "off";
  if (audio.state !== "running") return "blocked";
  return performance.now() < silentUntil ? "silent" : "on";
}

function lookAtSound() {
  const high = new Set(waiting("high"));
  if ([...high].some((id) => !known.high.has(id))) silentUntil = 0; // a new one, or one that nobody has any more
  known.high = high;
  const state = soundState();
  if (sound.dataset.state !== state || sound.hidden) showSound(state);
  if (state === "silent") {
    const seconds = Math.ceil((silentUntil - performance.now()) / 1000);
    setText(inSound("sound-left"), sound.dataset.left.replace("#", Math.floor(seconds / 60) + ":" + String(seconds % 60).padStart(2, "0")));
  }
  const priority = priorityNow();
  if (playing && (priority === null || state !== "on" || playing.priority !== priority)) stopBurst(priority, state);
  if (state === "on" && priority !== null) playWhenDue(priority);
}

function playWhenDue(priority) {
  const now = performance.now();
  if (playing && now - playing.at < BURSTS[priority].repeat) return;
  playing = { priority, at: now, out: burst(priority) };
  if (priority === "low") {
    for (const id of waiting("low")) known.low.add(id);
    sessionStorage.setItem("vaka-low", JSON.stringify([...known.low].slice(-200)));
  }
}

// Whoever takes an alert has silence at once. What is played once is played to its end.
function stopBurst(priority, state) {
  if (playing.priority !== "low" || state !== "on" || priority !== null) playing.out.disconnect();
  playing = null;
}

function showSound(state) {
  sound.hidden = false;
  sound.dataset.state = state;
  for (const part of sound.querySelectorAll("[data-is]")) part.hidden = !part.dataset.is.split(" ").includes(state);
  document.dispatchEvent(new Event("vaka:sound"));
}

function want(state) {
  wanted = state;
  localStorage.setItem("vaka-sound", state);
}

inSound("sound-start").addEventListener("click", async () => {
  want("on");
  await audio.resume();
  lookAtSound();
  if (!playing) burst("low"); // so that whoever switched it on hears that it is
});
inSound("sound-off").addEventListener("click", () => { want("off"); lookAtSound(); });
inSound("sound-test").addEventListener("click", () => burst("medium"));
inSound("sound-silence").addEventListener("click", () => { silentUntil = performance.now() + SILENT_FOR_MS; lookAtSound(); inSound("sound-again").focus(); });
inSound("sound-again").addEventListener("click", () => { silentUntil = 0; lookAtSound(); inSound("sound-silence").focus(); });
inSound("sound-volume").value = volume;
inSound("sound-volume").addEventListener("change", (e) => {
  volume = Number(e.target.value);
  localStorage.setItem("vaka-volume", volume);
  burst("low");
});
// Browsers let a page be heard only after somebody has touched it: any touch will do where sound is wanted.
for (const touch of ["pointerdown", "keydown"]) {
  document.addEventListener(touch, () => { if (audio && wanted === "on" && audio.state !== "running") audio.resume(); });
}
if (audio) audio.addEventListener("statechange", lookAtSound);
document.addEventListener("vaka:board", lookAtSound);
setInterval(lookAtSound, SOUND_LOOK_EVERY_MS);
lookAtSound();
