// One row beside the wall: its pictures to compare, its words, its numbers.
function createPanel({ rows, variables, review, thingOf, move, close, where }) {
  const box = byId("panel");
  let current = null;

  const facts = (pairs) =>
    make("dl", { class: "facts" }, pairs.filter(Boolean).map(([name, value, code]) =>
      make("div", {}, make("dt", { text: name }), make("dd", {}, code ? make("code", { text: value }) : value))));
  const part = (title, ...body) => make("section", {}, make("h3", { text: title }), body);

  function head(row) {
    const { at, count: total } = where(row);
    const button = (key, sign, act) =>
      make("button", { type: "button", class: "icon", "aria-label": say(key), title: say(key), onclick: act }, sign);
    return make("header", {},
      make("h2", { id: "panel-name", tabindex: "-1" }, row.key),
      pill(row.state),
      make("span", { class: "quiet", text: say("at_row", { at: count(at + 1), count: count(total) }) }),
      make("span", { class: "moves" },
        button("previous", "‹", () => move(-1)), button("next", "›", () => move(1)), button("close", "×", close)));
  }
  function failure(row) {
    const step = row.fallen;
    if (!step) return null;
    return make("div", { class: "failure" },
      make("p", {}, make("b", { text: step.key }), " ", step.code ? make("code", { text: step.code }) : null),
      make("p", { class: "message", text: step.error || say("no_message") }),
      step.hint ? make("p", { class: "hint", text: step.hint }) : null);
  }
  // What was measured, a line for each picture.
  function badges(step) {
    const numbers = [...new Set(step.checks.map((one) => one.picture))];
    return numbers.map((number) => make("ul", { class: "checks" },
      step.made.length > 1 ? make("li", { class: "which", text: say("checked_picture", { at: number }) }) : null,
      step.checks.filter((one) => one.picture === number).map(badge)));
  }
  function badge(one) {
    const name = one.against ? say("since", { name: sayCheck(one.check), picture: one.against }) : sayCheck(one.check);
    const value = one.value === undefined ? say("not_measured") : `${round(one.value)} ${one.unit || ""}`.trim();
    const told = one.note && (one.odd || !["kept", "changed"].includes(one.check));
    return make("li", { class: one.odd ? "odd" : null }, make("b", { text: name }), " " + value,
      told ? make("span", { class: "quiet", text: " " + one.note }) : null);
  }
  function prompts(step) {
    const lang = step.language === "zh" ? "zh" : "en";
    const quote = (title, turns, kind) =>
      turns.length ? [make("h4", { text: title }), make("blockquote", { lang, class: kind }, marked(turns))] : [];
    return [
      ...quote(say("sent"), step.prompt, ""),
      ...quote(say("template"), step.template, "template"),
      ...step.rewritten.flatMap((text) => quote(say("rewritten"), [text], "template")),
      ...quote(say("negative"), step.negative ? [step.negative] : [], "template"),
    ];
  }
  function stepPart(row, step) {
    const [reason, detail] = step.why;
    const why = inLanguage(reasons[reason]) + (detail ? (language === "zh" ? ":" : ": ") + detail : "");
    const given = [...step.arguments, ...step.parameters].map(([name, value]) => [name, value]);
    const list = [
      step.model ? [say("model"), step.model, true] : null,
      ...given,
      [say("cost"), step.cost ? money(step.cost, currency) : say("free")],
      step.risk ? [say("at_risk"), count(step.risk)] : null,
      step.seconds ? [say("took"), duration(step.seconds)] : null,
      step.task ? [say("task"), step.task, true] : null,
      step.request ? [say("request"), step.request, true] : null,
      step.from ? [say("reused_from"), step.from, true] : null,
      step.fingerprint ? [say("fingerprint"), step.fingerprint, true] : null,
      [say("decision"), why],
    ];
    const notes = [...step.notes, ...step.mended];
    return make("details", { open: step === row.judged || Boolean(step.error) },
      make("summary", {}, step.key, " ", make("code", { text: step.operation || "" }), pill(step.state)),
      badges(step), prompts(step),
      notes.length ? make("ul", { class: "notes" }, notes.map((text) => make("li", { text }))) : null,
      facts(list));
  }
  function values(row) {
    const pairs = variables.map((name, at) => (row.given[at] === null ? null : [name, row.given[at]]));
    return part(say("values"), facts([...pairs, ...row.given_inputs]));
  }
  function draw(row) {
    const thing = thingOf(row);
    box.replaceChildren(
      head(row),
      createStage(row, review.of(thing).pick, thing.choices.length ? review.controls(thing) : null),
      failure(row) || "",
      row.steps.length ? part(say("steps"), row.steps.map((step) => stepPart(row, step))) : make("p", { class: "quiet", text: say("not_begun") }),
      values(row),
    );
  }
  return {
    show(row, { fresh = false } = {}) {
      const same = current === row;
      current = row;
      box.hidden = false;
      box.setAttribute("aria-labelledby", "panel-name");
      const top = box.scrollTop;
      draw(row);
      box.scrollTop = same ? top : 0;
      if (fresh) byId("panel-name").focus({ preventScroll: true });
    },
    redress(row) {
      const held = box.querySelector(".controls");
      if (current !== row || !held || held.contains(document.activeElement) && document.activeElement.matches("input")) return;
      const focused = [...held.children].indexOf(document.activeElement);
      const fresh = review.controls(thingOf(row));
      const chosen = row.choices.findIndex((one) => one.sha256 === review.of(thingOf(row)).pick);
      if (chosen >= 0) all(".candidates button", box).forEach((button, at) => button.classList.toggle("standing", at === chosen));
      held.replaceWith(fresh);
      if (focused >= 0) fresh.children[focused]?.focus();
    },
    hide() {
      current = null;
      box.hidden = true;
      box.replaceChildren();
    },
    element: box,
  };
}
let reasons = {};
