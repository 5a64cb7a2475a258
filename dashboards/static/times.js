// Times of day and lengths of time in words, as the server says them. What is in the reader's language stands in the body's data.
"use strict";

const words = document.body.dataset;
const norwegian = document.documentElement.lang !== "en";

function clockText(ms, seconds) {
  const parts = { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: words.zone };
  if (seconds) parts.second = "2-digit";
  const text = new Intl.DateTimeFormat("en-GB", parts).format(ms);
  return norwegian ? text.replaceAll(":", ".") : text;
}

function lengthText(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return seconds + " s";
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return minutes + " min";
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return hours + " " + words.hour + (minutes % 60 ? " " + (minutes % 60) + " min" : "");
  const days = Math.floor(hours / 24);
  return days + " " + words.day + (hours % 24 ? " " + (hours % 24) + " " + words.hour : "");
}

function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
