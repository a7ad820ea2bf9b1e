"use strict";
// Adds to a page that can be read without it: comparison, languages, theme, copying.
document.documentElement.classList.add("js");

document.addEventListener("DOMContentLoaded", () => {
  const root = document.documentElement;
  const { pictures, words } = JSON.parse(document.getElementById("data").textContent);
  const byId = new Map(pictures.map((picture) => [picture.id, picture]));
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const live = document.getElementById("live");
  const atChange = []; // what to say anew when the language changes
  let language = root.lang.startsWith("zh") ? "zh" : "en";

  // Storage may be refused to a file opened from disk: then a choice lasts as long as the page.
  const remembered = (key) => {
    try {
      return localStorage.getItem("wanflow-" + key);
    } catch {
      return null;
    }
  };
  const remember = (key, value) => {
    try {
      localStorage.setItem("wanflow-" + key, value);
    } catch {
      // A convenience only.
    }
  };
  const say = (key, values = {}) =>
    words[key][language].replace(/\{(\w+)\}/g, (_, name) => String(values[name]));

  function speak(chosen) {
    language = chosen;
    root.lang = chosen === "zh" ? "zh-CN" : "en";
    for (const element of all("[data-en]")) element.textContent = element.dataset[chosen];
    for (const element of all("[data-said]")) {
      for (const name of element.dataset.said.split(" ")) {
        element.setAttribute(name, element.getAttribute(`data-${name}-${chosen}`));
      }
    }
    for (const change of atChange) change();
  }

  function tools() {
    const theme = document.getElementById("theme");
    const switcher = document.getElementById("language");
    const dark = () =>
      (root.dataset.theme || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "")) ===
      "dark";
    const chosen = remembered("theme");
    if (chosen === "light" || chosen === "dark") root.dataset.theme = chosen;
    theme.addEventListener("click", () => {
      root.dataset.theme = dark() ? "light" : "dark";
      remember("theme", root.dataset.theme);
    });
    switcher.addEventListener("click", () => {
      speak(language === "zh" ? "en" : "zh");
      remember("language", language);
    });
    theme.hidden = switcher.hidden = false;
  }

  function copying() {
    for (const button of all("button.copy")) {
      const source = document.getElementById(button.dataset.copy);
      button.hidden = false;
      button.addEventListener("click", async () => {
        try {
          await navigator.clipboard.writeText(source.textContent);
        } catch {
          getSelection().selectAllChildren(source);
          document.execCommand("copy");
        }
        live.textContent = say("copied");
        button.classList.add("did");
        setTimeout(() => button.classList.remove("did"), 1200);
      });
    }
  }

  const between = (low, value, high) => Math.min(high, Math.max(low, value));

  function options(select, chosen) {
    for (const picture of pictures) {
      const option = document.createElement("option");
      option.value = picture.id;
      option.selected = picture.id === chosen;
      select.append(option);
    }
    const name = () => {
      for (const option of select.options) {
        const picture = byId.get(option.value);
        option.textContent = `${picture[language]} (${picture.size})`;
      }
    };
    name();
    atChange.push(name);
  }

  function stage(element) {
    const part = (selector) => element.querySelector(selector);
    const frame = part(".frame");
    const before = part(".choose-before");
    const after = part(".choose-after");
    const zoom = part(".choose-zoom");
    const reveal = part(".reveal");
    const range = part("input[type=range]");
    const flip = part("button.flip");
    const shape = part(".shape");
    const centre = { x: 50, y: 50 };
    const mode = () => part("input[type=radio]:checked").value;
    const shows = (selector, picture) => {
      const image = part(selector + " img");
      image.src = document.getElementById(picture.id).src;
      image.alt = picture[language];
    };

    function draw() {
      const [one, other] = [byId.get(before.value), byId.get(after.value)];
      shows(".pane-before", one);
      shows(".pane-after", other);
      frame.style.setProperty("--ratio", other.width / other.height);
      const alike = Math.abs(one.width / one.height / (other.width / other.height) - 1) < 0.02;
      shape.hidden = alike || mode() === "side" || mode() === "flip";
      shape.textContent = say("other_shape", { before: one.size, after: other.size });
      frame.dataset.mode = mode();
      reveal.hidden = mode() !== "slider" && mode() !== "onion";
      flip.hidden = mode() !== "flip";
      slide();
      pan();
    }
    function slide() {
      const share = Number(range.value);
      frame.style.setProperty("--share", String(share));
      const shown = mode() === "onion" ? 100 - share : share;
      range.setAttribute("aria-valuetext", say("slider_value", { before: shown, after: 100 - shown }));
    }
    function pan() {
      frame.style.setProperty("--zoom", zoom.value);
      frame.style.setProperty("--x", centre.x + "%");
      frame.style.setProperty("--y", centre.y + "%");
      frame.classList.toggle("zoomed", zoom.value !== "1");
    }
    function flipped(on) {
      flip.setAttribute("aria-pressed", String(on));
      frame.classList.toggle("flipped", on);
    }

    options(before, element.dataset.before);
    options(after, element.dataset.after);
    atChange.push(draw);
    element.addEventListener("change", draw);
    range.addEventListener("input", slide);
    flip.addEventListener("click", () => flipped(flip.getAttribute("aria-pressed") !== "true"));
    part(".swap").addEventListener("click", () => {
      [before.value, after.value] = [after.value, before.value];
      draw();
    });
    frame.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: [-5, 0], ArrowRight: [5, 0], ArrowUp: [0, -5], ArrowDown: [0, 5] };
      const [x, y] = step[event.key] || [0, 0];
      if ((!x && !y) || zoom.value === "1") return;
      event.preventDefault();
      centre.x = between(0, centre.x + x, 100);
      centre.y = between(0, centre.y + y, 100);
      pan();
    });
    let last = null; // where the pointer is while it is held
    const held = (event) => {
      const box = frame.getBoundingClientRect();
      if (zoom.value !== "1") {
        const scale = 100 / (Number(zoom.value) - 1);
        centre.x = between(0, centre.x - ((event.clientX - last.x) / box.width) * scale, 100);
        centre.y = between(0, centre.y - ((event.clientY - last.y) / box.height) * scale, 100);
        pan();
      } else if (mode() === "slider") {
        range.value = String(((event.clientX - box.left) / box.width) * 100);
        slide();
      }
      last = { x: event.clientX, y: event.clientY };
    };
    frame.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      last = { x: event.clientX, y: event.clientY };
      frame.setPointerCapture(event.pointerId);
      if (mode() === "flip" && zoom.value === "1") flipped(true);
      held(event);
    });
    frame.addEventListener("pointermove", (event) => last && held(event));
    for (const end of ["pointerup", "pointercancel"]) {
      frame.addEventListener(end, () => {
        if (last && mode() === "flip" && zoom.value === "1") flipped(false);
        last = null;
      });
    }
    for (const button of all("button.use", element.closest(".step"))) {
      button.hidden = false;
      button.addEventListener("click", () => {
        (button.dataset.use === "before" ? before : after).value = button.dataset.picture;
        draw();
        element.scrollIntoView({ block: "nearest" });
      });
    }
    element.hidden = false;
    draw();
  }

  tools();
  copying();
  for (const element of all(".stage")) stage(element);
  const wished = remembered("language") || (navigator.language || "").slice(0, 2);
  speak(wished === "zh" || wished === "en" ? wished : "en");
});
