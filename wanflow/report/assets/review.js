// The review: what a person picks, rejects, stars and notes, and how it leaves the page.
//
// `things` are what is decided on: { id, row, step, name, choices: [sha256] }. The keeper
// of the page gives `make`, `say`, `announce`, `remembered`, `remember`, and is told of changes.
function createReview({ run, things, bar, page, go, next, changed, rows }) {
  const { make, say, announce, remembered, remember } = page;
  const known = new Map(things.map((thing) => [thing.id, thing]));
  const decisions = new Map();
  const settings = { keys: true, advance: true, by: "" };
  const shelf = "review-" + run;
  let exported = "[]";
  let storing = 0;

  const of = (thing) => decisions.get(thing.id) || { pick: "", reject: false, stars: 0, note: "" };
  const empty = (one) => !one.pick && !one.reject && !one.stars && !one.note;
  function decide(thing, change) {
    if (!thing || !thing.choices.length) return;
    const one = { ...of(thing), ...change, at: new Date().toISOString().replace(/\.\d+/, "") };
    if (empty(one)) decisions.delete(thing.id);
    else decisions.set(thing.id, one);
    keep();
    draw();
    changed(thing);
  }
  function pick(thing, number) {
    const sha256 = thing?.choices[number - 1];
    if (!sha256) return;
    const same = of(thing).pick === sha256;
    decide(thing, { pick: same ? "" : sha256, reject: false });
    announce(same ? say("undone", { name: thing.name }) : say("did_pick", { name: thing.name, number }));
    if (!same) advance(thing);
  }
  function reject(thing) {
    const on = !of(thing).reject;
    decide(thing, { reject: on, pick: "" });
    announce(say(on ? "did_reject" : "undone", { name: thing.name }));
    if (on) advance(thing);
  }
  function star(thing) {
    const stars = (of(thing).stars + 1) % 6;
    decide(thing, { stars });
    announce(say("did_star", { name: thing.name, stars }));
  }
  function advance(thing) {
    if (settings.advance) next(thing);
  }
  const isOpen = (thing) => thing.choices.length > 0 && !of(thing).pick && !of(thing).reject;
  const has = (thing, mark) => {
    const one = of(thing);
    return { open: isOpen(thing), picked: one.pick !== "", rejected: one.reject, starred: one.stars > 0, noted: one.note !== "" }[mark];
  };
  function counts() {
    const found = { picked: 0, rejected: 0, open: 0, starred: 0, noted: 0 };
    for (const thing of things) {
      for (const mark of Object.keys(found)) found[mark] += has(thing, mark) ? 1 : 0;
    }
    return found;
  }

  // What leaves the page: one entry for a picked picture, one for each picture of a rejected thing.
  // Stars and notes go with them: the form of the file has no entry without a decision.
  function entries() {
    const list = [];
    for (const thing of things) {
      const one = decisions.get(thing.id);
      if (!one) continue;
      const said = { stars: one.stars, note: one.note, by: settings.by, at: one.at };
      const place = { row: thing.row, step: thing.step };
      if (one.reject) {
        for (const sha256 of thing.choices) list.push({ ...place, sha256, decision: "reject", ...said });
      } else if (one.pick) {
        list.push({ ...place, sha256: one.pick, decision: "pick", ...said });
      }
    }
    return list;
  }
  const text = () => JSON.stringify({ v: 1, run, decisions: entries() }, null, 2) + "\n";
  const whole = () => JSON.stringify([...decisions].sort());
  const unsaved = () => whole() !== exported;
  function saved() {
    exported = whole();
    keep();
    draw();
  }
  function download(name, content, type) {
    const link = make("a", { href: URL.createObjectURL(new Blob([content], { type })), download: name });
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  }
  async function copy(content) {
    try {
      await navigator.clipboard.writeText(content);
    } catch {
      const area = make("textarea", { class: "unseen" });
      area.value = content;
      document.body.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
    }
    announce(say("copied"));
  }

  // A convenience: the page works without it, and the file is the record.
  function keep() {
    clearTimeout(storing);
    storing = setTimeout(store, 150);
  }
  function store() {
    remember(shelf, JSON.stringify({ decisions: [...decisions], settings, exported }));
  }
  function recall() {
    try {
      const held = JSON.parse(remembered(shelf) || "{}");
      Object.assign(settings, held.settings);
      exported = held.exported || "[]";
      for (const [id, one] of held.decisions || []) {
        const thing = known.get(id);
        if (thing && (!one.pick || thing.choices.includes(one.pick))) decisions.set(id, one);
      }
    } catch {
      // What is kept there is no review: begin with none.
    }
  }
  // Takes in a review.json, such as that of a colleague; what names no picture of this page is left.
  function load(content) {
    const given = JSON.parse(content);
    const byPlace = new Map(things.map((thing) => [JSON.stringify([thing.row, thing.step]), thing]));
    let taken = 0;
    for (const entry of given.decisions) {
      const thing = byPlace.get(JSON.stringify([entry.row ?? null, entry.step]));
      if (!thing || !thing.choices.includes(entry.sha256)) continue;
      taken += 1;
      decisions.set(thing.id, {
        pick: entry.decision === "pick" ? entry.sha256 : "",
        reject: entry.decision === "reject",
        stars: Math.min(5, Math.max(0, Math.trunc(Number(entry.stars) || 0))),
        note: String(entry.note || ""),
        at: String(entry.at || ""),
      });
    }
    keep();
    draw();
    changed(null);
    announce(say("loaded", { taken, total: given.decisions.length }));
  }

  function csv() {
    // A cell that begins like a formula is kept from being one.
    const cell = (value) => {
      const plain = String(value ?? "");
      const safe = /^[=+\-@\t\r]/.test(plain) ? "'" + plain : plain;
      return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
    };
    return "\ufeff" + rows(of).map((line) => line.map(cell).join(",")).join("\r\n") + "\r\n";
  }

  // The bar itself.
  const numbers = make("p", { class: "review-counts" });
  const nextOpen = make("button", { type: "button", class: "strong", onclick: () => {
    const thing = next(null, isOpen);
    if (!thing) announce(say("none_open"));
  } });
  const save = make("button", { type: "button", onclick: () => {
    download("review.json", text(), "application/json");
    saved();
  } });
  const copyText = make("button", { type: "button", onclick: () => copy(text()).then(saved) });
  const table = make("button", { type: "button", onclick: () => download("review.csv", csv(), "text/csv") });
  const file = make("input", { type: "file", accept: ".json,application/json", onchange: async () => {
    try {
      load(await file.files[0].text());
    } catch {
      announce(say("not_loaded"));
      problem.textContent = say("not_loaded");
    }
    file.value = "";
  } });
  const problem = make("p", { class: "quiet", role: "alert" });
  const by = make("input", { type: "text", autocomplete: "name", maxlength: "80", oninput: () => {
    settings.by = by.value;
    keep();
  } });
  const keys = make("input", { type: "checkbox", onchange: () => {
    settings.keys = keys.checked;
    keep();
  } });
  const onward = make("input", { type: "checkbox", onchange: () => {
    settings.advance = onward.checked;
    keep();
  } });
  const labels = new Map();
  function label(key, input) {
    const span = make("span");
    labels.set(span, key);
    input.id = "review-" + key;
    const text = make("label", { for: input.id }, span);
    return make("span", { class: "review-field" }, input.type === "checkbox" ? [input, text] : [text, input]);
  }
  const heading = make("h2", { class: "unseen" });
  const more = make("summary");
  const help = make("p", { class: "quiet review-help" });
  const how = make("p", { class: "quiet" });
  bar.append(
    heading,
    numbers,
    nextOpen,
    save,
    make("details", { class: "review-more" }, more,
      make("div", { class: "review-sheet" },
        how,
        make("div", { class: "review-row" }, copyText, rows ? table : null, label("load_review", file)),
        problem,
        make("div", { class: "review-row" }, label("your_name", by)),
        make("div", { class: "review-row" }, label("use_keys", keys), label("use_advance", onward)),
        help)),
  );
  function draw() {
    const found = counts();
    heading.textContent = say("review");
    numbers.replaceChildren(
      ...["picked", "rejected", "open"].flatMap((mark) => [
        make("span", { class: "count-" + mark }, make("b", { text: String(found[mark]) }), " " + say("mark_" + mark)),
      ]),
    );
    nextOpen.textContent = say("next_open");
    nextOpen.disabled = found.open === 0;
    save.textContent = say("save_review");
    save.classList.toggle("unsaved", unsaved());
    copyText.textContent = say("copy_review");
    table.textContent = say("save_csv");
    more.textContent = say("review_more");
    help.textContent = say("review_keys");
    how.textContent = say("review_how");
    for (const [span, key] of labels) span.textContent = say(key);
    by.value = settings.by;
    keys.checked = settings.keys;
    onward.checked = settings.advance;
  }

  // Buttons for one thing, for those who do not use keys.
  function controls(thing) {
    const one = of(thing);
    const button = (text, label, pressed, act, kind) =>
      make("button", { type: "button", class: kind, "aria-pressed": String(pressed), "aria-label": label, title: label, onclick: act }, text);
    const note = make("input", { type: "text", class: "note", value: one.note, maxlength: "500", placeholder: say("note"), "aria-label": say("note_label", { name: thing.name }) });
    note.addEventListener("input", () => decide(thing, { note: note.value }));
    note.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== "Escape") return;
      event.stopPropagation();
      event.preventDefault();
      go(thing);
    });
    return make("div", { class: "controls", role: "group", "aria-label": say("review") },
      thing.choices.map((sha256, at) =>
        button(thing.choices.length > 1 ? String(at + 1) : say("pick"), say("pick_label", { number: at + 1 }), one.pick === sha256, () => pick(thing, at + 1), "pick")),
      button(say("reject"), say("reject_label"), one.reject, () => reject(thing), "reject"),
      button(one.stars ? "★".repeat(one.stars) : "☆", say("star_label", { stars: one.stars }), one.stars > 0, () => star(thing), "star"),
      note);
  }
  // Takes a key if it is one of the review's; says so.
  function key(event, thing) {
    if (!settings.keys || !thing?.choices.length || event.ctrlKey || event.metaKey || event.altKey) return false;
    if (/^[1-4]$/.test(event.key)) pick(thing, Number(event.key));
    else if (event.key === "x") reject(thing);
    else if (event.key === "s") star(thing);
    else if (event.key === "n") {
      const field = go(thing)?.querySelector("input.note");
      if (!field) return false;
      field.focus();
    } else return false;
    event.preventDefault();
    return true;
  }
  // What was decided a moment before leaving is kept, too.
  addEventListener("pagehide", store);
  addEventListener("beforeunload", (event) => {
    store();
    if (unsaved()) event.preventDefault();
  });
  recall();
  draw();
  return { of, has, counts, controls, key, relabel: draw, isOpen };
}
