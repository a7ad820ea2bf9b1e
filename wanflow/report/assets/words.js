// Words: copied at a click, and two texts compared word by word, Chinese by character.
function copying() {
  for (const button of all("button.copy")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      const source = byId(button.dataset.copy) || button.previousElementSibling;
      try {
        await navigator.clipboard.writeText(source.textContent);
      } catch {
        getSelection().selectAllChildren(source);
        document.execCommand("copy");
      }
      announce(say("copied"));
      button.classList.add("did");
      setTimeout(() => button.classList.remove("did"), 1200);
    });
  }
}
function wordDifference(one, other) {
  const split = (text) => text.match(/[\u3400-\u9fff]|\s+|[^\s\u3400-\u9fff]+/g) || [];
  const [a, b] = [split(one), split(other)];
  if (a.length * b.length > 1e6) return [make("del", { text: one }), " ", make("ins", { text: other })];
  const longest = Array.from({ length: a.length + 1 }, () => new Uint16Array(b.length + 1));
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      longest[i][j] = a[i] === b[j] ? longest[i + 1][j + 1] + 1 : Math.max(longest[i + 1][j], longest[i][j + 1]);
    }
  }
  const parts = []; // [kind, text]
  const add = (kind, text) => (parts.at(-1)?.[0] === kind ? (parts.at(-1)[1] += text) : parts.push([kind, text]));
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && a[i] === b[j]) {
      add("", a[i]);
      i += 1;
      j += 1;
    } else if (j >= b.length || (i < a.length && longest[i + 1][j] >= longest[i][j + 1])) add("del", a[i++]);
    else add("ins", b[j++]);
  }
  return parts.map(([kind, text]) => (kind ? make(kind, { text }) : text));
}
// What made two pictures differ, and nothing that is the same. `factsOf(picture)` gives
// [name, value, is a text to read] in the language of the page.
function createDiffers(factsOf) {
  const element = byId("differs").content.firstElementChild.cloneNode(true);
  const body = element.querySelector("tbody");
  let pair = null;
  function draw() {
    element.hidden = !pair || pair.some((picture) => !picture.step);
    if (element.hidden) return;
    const [one, other] = pair.map((picture) => new Map(factsOf(picture).map((fact) => [fact[0], fact])));
    const names = [...new Set([...one.keys(), ...other.keys()])].filter((name) => one.get(name)?.[1] !== other.get(name)?.[1]);
    const text = (facts, name) => facts.get(name)?.[1] ?? "–";
    body.replaceChildren(...names.map((name) => {
      const cells = one.get(name)?.[2] && other.get(name)?.[2]
        ? [make("td", { colspan: 2, class: "worded" }, wordDifference(text(one, name), text(other, name)))]
        : [make("td", { text: text(one, name) }), make("td", { text: text(other, name) })];
      return make("tr", {}, make("th", { scope: "row", text: name }), cells);
    }));
    element.querySelector("summary").textContent = say(names.length ? "differs_in" : "differs_not", { names: names.join(" · ") });
  }
  spoken.push(draw);
  return { element, show: (one, other) => {
    pair = [one, other];
    draw();
  } };
}
