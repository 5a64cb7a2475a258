// A slider beside a number: each follows the other. Without this script the number alone is there.
for (const slider of document.querySelectorAll("input.slider[data-for]")) {
  const number = document.getElementById(slider.dataset.for);
  slider.hidden = false;
  slider.addEventListener("input", () => {
    number.value = slider.value;
    number.dispatchEvent(new Event("input", { bubbles: true }));
  });
  slider.addEventListener("change", () => number.dispatchEvent(new Event("change", { bubbles: true })));
  number.addEventListener("input", () => { slider.value = number.value; });
}
