// The look that goes by the shift: night mode in the hours that the page names, light outside of them, without anybody touching the screen.
"use strict";

const look = document.documentElement;
const nightFrom = look.dataset.nightFrom, nightTo = look.dataset.nightTo;

function byTheShift() {
  const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: look.dataset.nightZone || undefined }).format(new Date());
  const night = nightFrom < nightTo ? nightFrom <= clock && clock < nightTo : nightFrom <= clock || clock < nightTo;
  look.dataset.theme = night ? "night" : "light";
}

byTheShift();
setInterval(byTheShift, 20000);
