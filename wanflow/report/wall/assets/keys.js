// Keys: arrows walk, Esc returns, the rest belongs to the review. Fields keep their own.
function listenToKeys({ current, move, across, close, review, thingOf }) {
  const STEPS = { ArrowLeft: () => -1, ArrowRight: () => 1, ArrowUp: () => -across(), ArrowDown: across };
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    const at = event.target;
    if (event.key === "Escape") {
      if (at.matches("#search") && at.value) return;
      if (close()) event.preventDefault();
      return;
    }
    if (at.matches("input:not([type=checkbox]), select, textarea, .zoomed, .source, .wide-table")) return;
    const row = current();
    if (Object.hasOwn(STEPS, event.key)) {
      if (!row || at.matches("summary")) return;
      if (move(STEPS[event.key]())) event.preventDefault();
    } else if (row) review.key(event, thingOf(row));
  });
}
