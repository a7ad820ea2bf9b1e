// Two pictures in one frame: slider, side by side, flip, onion, difference, and what changed.
//
// Its parts are in the template `stage` of the page. `pictures` are { label, alt, size, src, href, width, height }; `before` and `after` are of them.
// `heatOf(picture)` gives { against, src, told } if a map of what changed was made of it.
// `changed(before, after)` hears of every new pair.
const MODES = ["slider", "side", "flip", "onion", "difference", "heat"];
let stages = 0; // each has radio buttons of its own

function createCompare({ pictures, before, after, heatOf = () => null, changed = () => {} }) {
  const name = `stage-${(stages += 1)}`;
  const shares = { slider: 50, onion: 50, difference: 25 };
  let mode = "slider";
  let last = null; // where the pointer is while it is held
  let pair = [null, null];

  const element = byId("stage").content.firstElementChild.cloneNode(true);
  const part = (selector) => element.querySelector(selector);
  const [one, other] = [part(".choose-before"), part(".choose-after")];
  const [left, right, heat] = [part(".pane-before img"), part(".pane-after img"), part(".heat")];
  const [frame, canvas, reveal, flip, told] = [".frame", "canvas", ".reveal", ".flip", ".told-of"].map(part);
  const range = reveal.querySelector("input");
  for (const radio of all(".modes input", element)) {
    radio.name = name;
    radio.onchange = () => turn(radio.value);
  }
  for (const [select, chosen] of [[one, before], [other, after]]) {
    select.append(...pictures.map((picture, at) => make("option", { value: at, selected: picture === chosen })));
    select.onchange = draw;
  }
  range.oninput = () => slide(Number(range.value));
  flip.onclick = () => flipped(flip.getAttribute("aria-pressed") !== "true");
  part(".swap").onclick = swap;
  const zoom = createZoom(frame, part(".choose-zoom"), { pixels: () => pictures[other.value].width / right.clientWidth, changed: sharpen });

  function put(image, picture) {
    image.dataset.full = picture.href || "";
    if (image.dataset.copy !== picture.src) {
      image.dataset.copy = picture.src;
      image.src = picture.src;
    }
    image.alt = picture.alt;
  }
  // What is enlarged is shown from the file itself, as soon as that has come; else from the copy.
  function sharpen(times) {
    for (const image of times > 1 ? [left, right] : []) {
      const { full, copy } = image.dataset;
      if (!full || image.src !== copy) continue;
      const file = new Image();
      file.addEventListener("load", () => {
        if (image.dataset.copy === copy) image.src = full;
      });
      file.src = full;
    }
  }
  function draw() {
    const [first, second] = [pictures[one.value], pictures[other.value]];
    put(left, first);
    put(right, second);
    frame.style.setProperty("--ratio", second.width / second.height);
    const found = heatOf(second);
    part(".way-heat").hidden = !found;
    if (mode === "heat" && found?.against !== first) return turn("slider");
    frame.dataset.mode = mode;
    reveal.hidden = !Object.hasOwn(shares, mode);
    flip.hidden = mode !== "flip";
    if (found) heat.src = found.src;
    const alike = Math.abs(first.width / first.height / (second.width / second.height) - 1) < 0.02;
    const apart = !alike && mode !== "side" && mode !== "flip" && mode !== "heat";
    told.textContent = apart ? say("other_shape", { before: first.size, after: second.size }) : mode === "heat" ? found.told() : "";
    told.hidden = !told.textContent;
    if (mode === "difference") subtract(first, second);
    slide(shares[mode] ?? 50);
    zoom.draw();
    if (pair[0] !== first || pair[1] !== second) changed(first, second);
    pair = [first, second];
  }
  function slide(share) {
    if (Object.hasOwn(shares, mode)) shares[mode] = share;
    range.value = String(share);
    frame.style.setProperty("--share", String(share));
    const gain = 2 ** Math.round(share / 25);
    const shown = mode === "onion" ? 100 - share : share;
    const values = { before: shown, after: 100 - shown, times: gain };
    const bright = mode === "difference";
    range.step = bright ? "25" : "1";
    range.setAttribute("aria-label", say(bright ? "brighter" : "slider_label"));
    range.setAttribute("aria-valuetext", say(bright ? "brighter_value" : "slider_value", values));
    reveal.firstChild.textContent = bright ? "1×" : say("before");
    reveal.lastChild.textContent = bright ? "16×" : say("after");
    if (bright && Number(canvas.dataset.gain) !== gain) subtract(pictures[one.value], pictures[other.value]);
  }
  // Black is where both are the same. Nothing is read back, so it works for files on disk too.
  async function subtract(first, second) {
    const images = [left, right];
    await Promise.allSettled(images.map((image) => image.decode()));
    const gain = Math.round(shares.difference / 25);
    const [wide, tall] = [images[1].naturalWidth || 1, images[1].naturalHeight || 1];
    const context = Object.assign(canvas, { width: wide, height: tall }).getContext("2d");
    context.fillRect(0, 0, wide, tall);
    context.globalCompositeOperation = "lighter";
    context.drawImage(images[1], 0, 0, wide, tall);
    context.globalCompositeOperation = "difference";
    const scale = Math.min(wide / first.width, tall / first.height);
    const [width, height] = [first.width * scale, first.height * scale];
    context.drawImage(images[0], (wide - width) / 2, (tall - height) / 2, width, height);
    context.globalCompositeOperation = "lighter";
    for (let doubled = 0; doubled < gain; doubled += 1) context.drawImage(canvas, 0, 0);
    canvas.dataset.gain = String(2 ** gain);
    canvas.setAttribute("aria-label", say("difference_of", { before: first.label, after: second.label }));
  }
  function turn(way) {
    mode = way;
    part(`[value=${way}]`).checked = true;
    const found = way === "heat" && heatOf(pictures[other.value]);
    if (found) one.value = String(pictures.indexOf(found.against));
    draw();
  }
  function flipped(on) {
    flip.setAttribute("aria-pressed", String(on));
    frame.classList.toggle("flipped", on);
  }
  function show(first, second) {
    one.value = String(pictures.indexOf(first));
    other.value = String(pictures.indexOf(second));
    draw();
  }
  function swap() {
    show(pictures[other.value], pictures[one.value]);
  }
  const flips = () => mode === "flip" && zoom.times() === 1;
  function held(event) {
    const box = frame.getBoundingClientRect();
    if (zoom.times() > 1) zoom.drag(event.clientX - last.x, event.clientY - last.y);
    else if (mode === "slider") slide(between(0, Math.round(((event.clientX - box.left) / box.width) * 100), 100));
    last = { x: event.clientX, y: event.clientY };
  }
  frame.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    last = { x: event.clientX, y: event.clientY };
    frame.setPointerCapture(event.pointerId);
    if (flips()) flipped(true);
    held(event);
  });
  frame.addEventListener("pointermove", (event) => last && held(event));
  for (const end of ["pointerup", "pointercancel"]) {
    frame.addEventListener(end, () => {
      if (last && flips()) flipped(false);
      last = null;
    });
  }
  // Held down, the space bar shows what was before.
  for (const [type, on] of [["keydown", true], ["keyup", false]]) {
    frame.addEventListener(type, (event) => {
      if (event.key !== " " || mode !== "flip" || event.target !== frame) return;
      event.preventDefault();
      flipped(on);
    });
  }
  function relabel() {
    for (const [select, sign] of [[one, "◧"], [other, "◨"]]) {
      for (const option of select.options) {
        const { label, size } = pictures[option.value];
        option.textContent = `${sign} ${label} (${size})`;
      }
    }
    draw();
  }
  spoken.push(relabel);
  relabel();
  return {
    element, show, turn, zoom,
    shown: () => pair,
    // The newest stays and one more comes: two of these choose any two.
    push: (picture) => show(pictures[other.value], picture),
    next: () => {
      const ways = MODES.filter((way) => !part(".way-" + way).hidden);
      turn(ways[(ways.indexOf(mode) + 1) % ways.length]);
      return mode;
    },
    swap,
  };
}
