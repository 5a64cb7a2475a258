// Reads a device's label by the camera or from a photo, and fills the form as if it had been typed.
// Without a camera or without this script the form alone does it.
"use strict";

const scanner = document.getElementById("scanner");
const video = document.getElementById("camera");
const says = document.getElementById("scanner-says");
const form = document.getElementById("code-form");
const LOOK_EVERY_MS = 150;
const FORMATS = ["qr_code", "micro_qr_code", "data_matrix", "code_128", "code_39", "ean_13", "itf"];
const NOT_A_DEVICE = ["ean_13"];

BarcodeDetectionAPI.prepareZXingModule({
  overrides: { locateFile: (name, prefix) => (name.endsWith(".wasm") ? scanner.dataset.wasm : prefix + name) },
});
const detector = new BarcodeDetectionAPI.BarcodeDetector({ formats: FORMATS });

function take(codes) {
  // A box has several: the shop's barcode is taken only where there is no other.
  const found = codes.find((one) => !NOT_A_DEVICE.includes(one.format)) ?? codes[0];
  if (!found?.rawValue) return false;
  document.getElementById("code").value = found.rawValue;
  form.requestSubmit();
  return true;
}

async function look() {
  if (!video.srcObject) return;
  const codes = video.readyState >= video.HAVE_CURRENT_DATA ? await detector.detect(video).catch(() => []) : [];
  const device = codes.filter((one) => !NOT_A_DEVICE.includes(one.format));
  if (device.length && take(device)) stop();
  else setTimeout(look, LOOK_EVERY_MS);
}

function stop() {
  for (const track of video.srcObject?.getTracks() ?? []) track.stop();
  video.srcObject = null;
}

async function start() {
  if (!navigator.mediaDevices?.getUserMedia) {
    says.textContent = scanner.dataset.none;
    return;
  }
  try {
    video.srcObject = await navigator.mediaDevices.getUserMedia({
      video: { facingMode: "environment", width: { ideal: 1280 } },
      audio: false,
    });
  } catch (refusal) {
    says.textContent = refusal.name === "NotAllowedError" ? scanner.dataset.denied : scanner.dataset.none;
    return;
  }
  says.textContent = "";
  video.hidden = false;
  await video.play();
  look();
}

async function readPhoto(event) {
  const [file] = event.target.files;
  if (!file) return;
  const codes = await createImageBitmap(file).then((image) => detector.detect(image)).catch(() => []);
  if (!take(codes)) says.textContent = scanner.dataset.unread;
}

document.getElementById("start-camera").addEventListener("click", start);
document.getElementById("photo").addEventListener("change", readPhoto);
addEventListener("pagehide", stop);
scanner.hidden = false;
