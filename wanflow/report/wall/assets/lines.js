// Rows: the chain of each as a strip, with its words beneath.
function createLines({ open, decided }) {
  const list = byId("lines");
  let parts = null;
  let shown = [];

  function strip(row) {
    const stops = [];
    if (row.inputs.length) stops.push(stop(row, say("input"), row.inputs, null));
    for (const step of row.steps) stops.push(stop(row, step.key, step.made, step));
    return make("div", { class: "strip" }, stops);
  }
  function stop(row, name, places, step) {
    const picked = decided(row).picked;
    const figures = places.map((place) => {
      const picture = row.pictures[place];
      const goes = step && (row.judged === step && picked ? picked === picture : picture.index === step.picked);
      return make("span", { class: goes && places.length > 1 ? "thumb goes" : "thumb" }, image(row, picture));
    });
    if (!figures.length) figures.push(make("span", { class: "thumb empty " + step.state }, mark(), sayState(step.state)));
    return make(
      "div",
      { class: "stop" },
      make("span", { class: "thumbs" }, figures),
      make("span", { class: "stop-name" }, name, step ? make("code", { text: step.operation }) : null),
    );
  }
  function line(row) {
    const marks = decided(row);
    const words = row.judged?.prompt.length ? row.judged : row.steps.findLast((step) => step.prompt.length);
    const fallen = row.fallen;
    const heading = make("a", { href: "#r" + row.at, text: row.key, onclick: (event) => {
      event.preventDefault();
      open(row);
    } });
    return make(
      "article",
      { class: "line " + row.state, "data-at": row.at },
      make("header", {}, make("h3", {}, heading), pill(row.state),
        marks.texts.map(([kind, text]) => make("span", { class: "badge " + kind, text })),
        make("span", { class: "quiet" }, lineFacts(row))),
      row.steps.length ? strip(row) : make("p", { class: "quiet", text: say("not_begun") }),
      fallen ? make("p", { class: "trouble" }, fallen.code ? make("code", { text: fallen.code }) : null, " ", fallen.error || say("no_message")) : null,
      words ? make("p", { class: "said", lang: words.language === "zh" ? "zh" : "en" }, marked(words.prompt)) : null,
    );
  }
  return {
    show: (selected) => {
      parts?.stop();
      shown = selected;
      parts = inParts(list, selected, line, 12);
    },
    hide: () => {
      parts?.stop();
      list.replaceChildren();
    },
    link: (row) => {
      parts.until(shown.indexOf(row));
      return list.querySelector(`[data-at="${row.at}"] a`);
    },
    dress: (row) => {
      const old = list.querySelector(`[data-at="${row.at}"]`);
      if (old) old.replaceWith(line(row));
    },
  };
}
let currency = "CNY";
function lineFacts(row) {
  const facts = [];
  if (row.seconds) facts.push(duration(row.seconds));
  if (row.cost) facts.push(money(row.cost, currency));
  if (row.drift !== undefined) facts.push(`${sayCheck("shift")} ${round(row.drift)} px`);
  if (row.kept !== undefined) facts.push(`${sayCheck("kept")} ${round(row.kept)} %`);
  return facts.join(" · ");
}
let checks = {};
const sayCheck = (name) => inLanguage(checks[name]);
const round = (value) => String(Math.round(value * 10) / 10);
// Text in turns: plain, from a value, plain, ...
const marked = (turns) =>
  turns.map((text, at) => (at % 2 ? make("mark", { text }) : text ? document.createTextNode(text) : null));
