// Single keys in one place: whether they are wanted, and who gets them.
//
// `act(key)` does what a key says and tells whether it was one of ours; `box` lists them all.
const keysWanted = () => root.dataset.keys !== "off";

function createKeys(box, act) {
  const wanted = box.querySelector("input");
  const settle = () => (root.dataset.keys = wanted.checked ? "on" : "off");
  wanted.checked = remembered("keys") !== "off";
  settle();
  wanted.onchange = () => remember("keys", settle());
  box.hidden = false;
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    box.open = false;
    box.firstElementChild.focus();
  });
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || !keysWanted()) return;
    if (event.target.matches("input:not([type=checkbox], [type=radio], [type=range]), select, textarea")) return;
    if (event.key === "?") box.open = !box.open;
    else if (!act(event.key)) return;
    event.preventDefault();
  });
}
