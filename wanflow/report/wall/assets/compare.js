// Two pictures in one frame: slider, side by side, flip, onion, difference; zoom moves both.
const MODES = ["slider", "side", "flip", "onion", "difference"];
const between = (low, value, high) => Math.min(high, Math.max(low, value));

// `pictures` are { label, size, href, alt, width, height, lack }; before and after are of them.
function createCompare({ pictures, before, after, settings }) {
  const select = (name, chosen) =>
    make("select", { "aria-label": say(name), onchange: draw }, pictures.map((picture, at) =>
      make("option", { value: at, selected: picture === chosen, text: `${picture.label} (${picture.size})` })));
  const pane = (name) => make("div", { class: "pane pane-" + name }, make("img", { alt: "", decoding: "async" }), make("span", { class: "tag", text: say(name) }));
  const [one, other] = [select("before", before), select("after", after)];
  const [left, right] = [pane("before"), pane("after")];
  const frame = make("div", { class: "frame", tabindex: "0", role: "group", "aria-label": say("frame_label") },
    left, right, make("span", { class: "divider", "aria-hidden": "true" }));
  const range = make("input", { type: "range", min: 0, max: 100, step: 1, value: 50, "aria-label": say("slider_label"), oninput: slide });
  const reveal = make("div", { class: "reveal" }, make("span", { "aria-hidden": "true", text: say("before") }), range, make("span", { "aria-hidden": "true", text: say("after") }));
  const flip = make("button", { type: "button", class: "flip", "aria-pressed": "false", text: say("show_before"), onclick: () => flipped(flip.getAttribute("aria-pressed") !== "true") });
  const zoom = make("select", { "aria-label": say("zoom"), onchange: pan }, ["1", "2", "4", "8"].map((times) => make("option", { value: times, text: times + "×" })));
  const swap = make("button", { type: "button", class: "swap", "aria-label": say("swap"), title: say("swap"), text: "⇄", onclick: () => {
    [one.value, other.value] = [other.value, one.value];
    draw();
  } });
  const modes = make("fieldset", { class: "modes" }, make("legend", { class: "unseen", text: say("compare") }),
    MODES.map((mode) => make("label", {},
      make("input", { type: "radio", name: "mode", value: mode, checked: mode === settings.mode, onchange: () => {
        settings.mode = mode;
        draw();
      } }),
      make("span", { text: say(mode) }))));
  const shape = make("p", { class: "quiet", hidden: true });
  const original = make("a", { class: "original", text: say("open_original") });
  const centre = { x: 50, y: 50 };
  let last = null; // where the pointer is while it is held

  function put(box, picture) {
    const shown = box.querySelector("img");
    if (shown.getAttribute("src") !== picture.href) shown.src = picture.href;
    shown.alt = picture.alt;
  }
  function draw() {
    const [first, second] = [pictures[one.value], pictures[other.value]];
    put(left, first);
    put(right, second);
    frame.style.setProperty("--ratio", second.width / second.height);
    const alike = Math.abs(first.width / first.height / (second.width / second.height) - 1) < 0.02;
    shape.hidden = alike || settings.mode === "side" || settings.mode === "flip";
    shape.textContent = say("other_shape", { before: first.size, after: second.size });
    frame.dataset.mode = settings.mode;
    reveal.hidden = settings.mode !== "slider" && settings.mode !== "onion";
    flip.hidden = settings.mode !== "flip";
    original.href = second.href;
    slide();
    pan();
  }
  function slide() {
    const share = Number(range.value);
    frame.style.setProperty("--share", String(share));
    const shown = settings.mode === "onion" ? 100 - share : share;
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
  function held(event) {
    const box = frame.getBoundingClientRect();
    if (zoom.value !== "1") {
      const scale = 100 / (Number(zoom.value) - 1);
      centre.x = between(0, centre.x - ((event.clientX - last.x) / box.width) * scale, 100);
      centre.y = between(0, centre.y - ((event.clientY - last.y) / box.height) * scale, 100);
      pan();
    } else if (settings.mode === "slider") {
      range.value = String(((event.clientX - box.left) / box.width) * 100);
      slide();
    }
    last = { x: event.clientX, y: event.clientY };
  }
  frame.addEventListener("keydown", (event) => {
    const steps = { ArrowLeft: [-5, 0], ArrowRight: [5, 0], ArrowUp: [0, -5], ArrowDown: [0, 5] };
    if (zoom.value === "1" || !Object.hasOwn(steps, event.key)) return;
    event.preventDefault();
    const [x, y] = steps[event.key];
    centre.x = between(0, centre.x + x, 100);
    centre.y = between(0, centre.y + y, 100);
    pan();
  });
  frame.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    last = { x: event.clientX, y: event.clientY };
    frame.setPointerCapture(event.pointerId);
    if (settings.mode === "flip" && zoom.value === "1") flipped(true);
    held(event);
  });
  frame.addEventListener("pointermove", (event) => last && held(event));
  for (const end of ["pointerup", "pointercancel"]) {
    frame.addEventListener(end, () => {
      if (last && settings.mode === "flip" && zoom.value === "1") flipped(false);
      last = null;
    });
  }
  const element = make("div", { class: "stage" },
    make("div", { class: "stage-bar" }, modes, original),
    frame, reveal, flip, shape,
    make("div", { class: "choices" }, one, swap, other, zoom));
  draw();
  return { element, after: (picture) => {
    other.value = String(pictures.indexOf(picture));
    draw();
  } };
}
