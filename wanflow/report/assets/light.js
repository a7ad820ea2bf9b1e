// A picture from its own file, byte for byte, and not the copy in the page; says so if it is gone.
function createLight(pictures) {
  const dialog = byId("light");
  const part = (selector) => dialog.querySelector(selector);
  const [image, lack, view, link] = ["img", ".message", ".light-view", "header a"].map(part);
  let at = 0;

  function draw() {
    const picture = pictures[at];
    lack.hidden = true;
    image.alt = picture.alt;
    image.src = link.href = picture.href;
    part("h2").textContent = picture.label;
    part(".quiet").textContent = `${picture.size} · ${at + 1}/${pictures.length}`;
    part(".digest").textContent = picture.sha256;
    fit(false);
  }
  function fit(full) {
    view.classList.toggle("full", full);
    part(".actual").setAttribute("aria-pressed", String(full));
  }
  function move(by) {
    at = (at + by + pictures.length) % pictures.length;
    draw();
  }
  // Where the file is gone, the copy of the page stands in, and the words say that it does.
  image.onerror = () => {
    const { file, src } = pictures[at];
    if (image.src === src) return;
    lack.textContent = say("gone", { file });
    lack.hidden = false;
    image.src = src;
  };
  part(".actual").onclick = () => fit(!view.classList.contains("full"));
  part(".previous").onclick = () => move(-1);
  part(".next").onclick = () => move(1);
  part(".close").onclick = () => dialog.close();
  dialog.onkeydown = (event) => {
    event.stopPropagation();
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!by || view.classList.contains("full")) return;
    event.preventDefault();
    move(by);
  };
  return (picture) => {
    at = pictures.indexOf(picture);
    draw();
    dialog.showModal();
  };
}
