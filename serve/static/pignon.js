// A photo that the agency's site no longer gives makes room for the gable drawn behind it.
const hide = (image) => image.classList.add("broken");
addEventListener("error", (event) => event.target instanceof HTMLImageElement && hide(event.target), true);
for (const image of document.images) if (image.complete && !image.naturalWidth && image.loading !== "lazy") hide(image);

// An empty field is no criterion, so addresses need not tell it; an empty transaction is any.
addEventListener("formdata", ({ formData }) => {
  for (const [name, value] of [...formData]) if (value === "" && name !== "transaction") formData.delete(name);
});

// A field of places completes what stands behind its last comma: WAI-ARIA's editable combobox with a list.
function complete(field) {
  const list = document.createElement("ul");
  const set = (element, told) => Object.entries(told).forEach((pair) => element.setAttribute(...pair));
  let places = [], active = -1, asked = 0, waiting;
  set(list, { id: `${field.id}-list`, role: "listbox", class: "completion", "aria-label": field.labels[0].textContent });
  set(field, { role: "combobox", "aria-autocomplete": "list", "aria-controls": list.id, autocomplete: "off" });
  field.after(list);
  show([]);

  const begin = () => Math.max(field.value.lastIndexOf(","), field.value.lastIndexOf(";")) + 1;

  function show(told) {
    places = told;
    list.replaceChildren(...places.map(option));
    list.hidden = !places.length;
    field.setAttribute("aria-expanded", !list.hidden);
    select(-1);
  }

  function option(place, number) {
    const [item, where] = ["li", "small"].map((tag) => document.createElement(tag));
    const [code, department] = [place.postal_codes, place.departments].map((codes) => (codes.length === 1 ? codes[0] : ""));
    where.textContent = [field.dataset[place.kind], code || department].filter(Boolean).join(" · ");
    item.append(place.name, " ", where);
    set(item, { id: `${list.id}-${number}`, role: "option" });
    item.addEventListener("click", () => choose(place));
    return item;
  }

  function select(number) {
    active = number;
    [...list.children].forEach((item, at) => item.setAttribute("aria-selected", at === active));
    if (active < 0) return field.removeAttribute("aria-activedescendant");
    field.setAttribute("aria-activedescendant", list.children[active].id);
    list.children[active].scrollIntoView({ block: "nearest" });
  }

  function choose(place) {
    const before = field.value.slice(0, begin());
    field.value = before + (before && " ") + place.text;
    close();
    field.dispatchEvent(new Event("change", { bubbles: true }));
  }

  function close() {
    clearTimeout(waiting);
    asked += 1; // no answer that is still under way opens it again
    show([]);
  }

  async function ask() {
    const typed = field.value.slice(begin()).trim().slice(0, 100);
    const mine = (asked += 1);
    const answer = typed && (await fetch(`/api/places?q=${encodeURIComponent(typed)}`).catch(() => null));
    const told = answer?.ok ? (await answer.json()).places : [];
    if (mine === asked) show(told);
  }

  field.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(ask, 150);
  });
  field.addEventListener("blur", close);
  list.addEventListener("pointerdown", (event) => event.preventDefault()); // the field keeps the focus
  field.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const stops = places.length + 1; // each place, and the field itself
    if (event.key === "Enter" && active < 0) return close();
    if (step && list.hidden) ask();
    else if (step) select(((active + 1 + step + stops) % stops) - 1);
    else if (event.key === "Enter") choose(places[active]);
    else if (event.key === "Escape" && !list.hidden) close();
    else return;
    event.preventDefault();
  });
}
document.querySelectorAll("[data-completes]").forEach(complete);
