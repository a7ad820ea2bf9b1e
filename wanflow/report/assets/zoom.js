// Zoom and pan of all that lies in a frame, together. `pixels` says at which zoom one pixel of the
// picture is one of the screen, and is the choice "pixels" of `select`; `changed` hears of every new zoom.
const TIMES = [1, 2, 4, 8];
const between = (low, value, high) => Math.min(high, Math.max(low, value));

function createZoom(frame, select, { pixels, changed }) {
  select.onchange = () => draw();
  const centre = { x: 50, y: 50 };
  const times = () => (select.value === "pixels" ? Math.max(1, pixels()) : Number(select.value));
  const size = () => frame.querySelector(".pane").getBoundingClientRect();

  function draw() {
    frame.style.setProperty("--zoom", times().toFixed(3));
    frame.style.setProperty("--x", centre.x + "%");
    frame.style.setProperty("--y", centre.y + "%");
    frame.classList.toggle("zoomed", times() > 1);
    changed(times());
  }
  function move(x, y) {
    centre.x = between(0, centre.x + x, 100);
    centre.y = between(0, centre.y + y, 100);
    draw();
  }
  // Sets the zoom so that what lies under a point of the screen stays there.
  function set(value, event) {
    const before = times();
    const box = size();
    select.value = String(value);
    if (event && times() > 1) {
      const kept = (origin, point) => {
        const seen = origin + (point - origin) / before;
        return between(0, (seen - point / times()) / (1 - 1 / times()), 100);
      };
      centre.x = kept(centre.x, (((event.clientX - box.left) % box.width) / box.width) * 100);
      centre.y = kept(centre.y, ((event.clientY - box.top) / box.height) * 100);
    }
    draw();
  }
  function step(by, event) {
    const fits = TIMES.filter((one) => (by > 0 ? one > times() : one < times()));
    if (fits.length) set(by > 0 ? fits[0] : fits.at(-1), event);
  }
  frame.addEventListener("keydown", (event) => {
    const steps = { ArrowLeft: [-5, 0], ArrowRight: [5, 0], ArrowUp: [0, -5], ArrowDown: [0, 5] };
    if (times() === 1 || event.target !== frame || !Object.hasOwn(steps, event.key)) return;
    event.preventDefault();
    move(...steps[event.key]);
  });
  // The wheel alone scrolls the page, as everywhere.
  frame.addEventListener("wheel", (event) => {
    if (!event.ctrlKey) return;
    event.preventDefault();
    step(event.deltaY < 0 ? 1 : -1, event);
  }, { passive: false });
  frame.addEventListener("dblclick", (event) => set(times() > 1 ? 1 : 4, event));
  return { step, set, draw, times, drag: (x, y) => {
    const scale = 100 / (times() - 1);
    move((-x / size().width) * scale, (-y / size().height) * scale);
  } };
}
