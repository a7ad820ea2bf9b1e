// The bar over the rows: view, size, search, order, marks; how many are shown.
const cleared = () => ({ state: [], mark: "all", problem: "", q: "", where: {} });
const MARKS = ["all", "open", "picked", "rejected", "starred", "noted", "odd"];
const SORTS = ["table", "key", "drift", "kept", "price", "time"];

function createBar({ place, go, rows, review, thingOf }) {
  const box = byId("bar");
  const odd = rows.filter((row) => row.odd).length;
  const inLabel = (key, control) => {
    control.id ||= "choose-" + key;
    return make("span", { class: "choice" }, make("label", { for: control.id, "data-key": key }), control);
  };

  const radios = (name, options, kind) =>
    make("fieldset", { class: "modes " + kind }, make("legend", { class: "unseen", "data-key": name }),
      options.map(([value, key, text]) =>
        make("label", {},
          make("input", { type: "radio", name, value, onchange: () => go({ [name === "tile_size" ? "size" : name]: value }) }),
          make("span", key ? { "data-key": key } : { text }))));
  const views = radios("view", [["wall", "wall"], ["rows", "lines"], ["matrix", "matrix"]], "views");
  const sizes = radios("tile_size", [["s", "", "S"], ["m", "", "M"], ["l", "", "L"]], "sizes");
  const search = make("input", { type: "search", id: "search", autocomplete: "off", spellcheck: "false" });
  let waiting = 0;
  search.addEventListener("input", () => {
    cancelAnimationFrame(waiting);
    waiting = requestAnimationFrame(() => go({ q: search.value }));
  });
  const pick = (name, values, label) =>
    make("select", { onchange: (event) => go({ [name]: event.target.value }) },
      values.map((value) => make("option", { value, "data-key": label(value) })));
  const sort = pick("sort", SORTS, (value) => "sort_" + value);
  const mark = pick("mark", MARKS, (value) => "mark_" + value);
  const shown = make("output", { class: "shown", id: "shown" });
  const only = make("span", { class: "only" });
  const clear = make("button", { type: "button", "data-key": "clear", onclick: () => {
    go(cleared());
    search.focus();
  } });
  box.append(views, sizes, inLabel("search", search), inLabel("sort", sort), inLabel("review", mark),
    make("span", { class: "result" }, only, shown, clear));
  const stateButtons = all(".states button");
  for (const button of stateButtons) {
    button.disabled = false;
    button.addEventListener("click", () => {
      const state = button.dataset.state;
      const chosen = place().state;
      if (!state) go({ state: [] });
      else go({ state: chosen.includes(state) ? chosen.filter((one) => one !== state) : [...chosen, state] });
    });
  }
  function relabel() {
    for (const element of all("[data-key]", box)) element.textContent = say(element.dataset.key);
    search.placeholder = say("search_hint");
    counts();
  }
  function counts() {
    const found = { ...review.counts(), all: rows.length, odd };
    for (const option of mark.options) {
      option.textContent = `${say("mark_" + option.value)} (${count(found[option.value])})`;
    }
  }
  function draw(number) {
    const now = place();
    for (const button of stateButtons) {
      const state = button.dataset.state;
      button.setAttribute("aria-pressed", String(state ? now.state.includes(state) : !now.state.length));
    }
    for (const radio of all("input[type=radio]", box)) {
      radio.checked = radio.value === (radio.name === "view" ? now.view : now.size);
    }
    sizes.hidden = now.view !== "wall";
    if (document.activeElement !== search) search.value = now.q;
    sort.value = SORTS.includes(now.sort) ? now.sort : "table";
    mark.value = MARKS.includes(now.mark) ? now.mark : "all";
    const held = Object.entries(now.where).map(([name, value]) => `${name} = ${value}`);
    if (now.problem) held.unshift(say("problem_filter", { code: now.problem }));
    only.textContent = held.join(", ");
    shown.textContent = say("showing", { shown: count(number), total: count(rows.length) });
    clear.hidden = !now.q && !now.state.length && !held.length && now.mark === "all";
    counts();
  }
  return { draw, relabel, counts, element: box };
}
