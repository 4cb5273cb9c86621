// Keyboard on every page: "/" searches, "g" + letter goes, j/k walk the rows, Enter opens, e edits, ? shows all.
(() => {
  "use strict";
  const typing = (e) => e.target.closest("input, select, textarea, [contenteditable]") || e.ctrlKey || e.metaKey || e.altKey;
  let going = false;
  let at = -1;

  const rows = () => [...document.querySelectorAll("table[data-rows] tbody tr, ul[data-rows] li")];
  const walk = (step) => {
    const all = rows();
    if (!all.length) return;
    at = Math.min(Math.max(at + step, 0), all.length - 1);
    all.forEach((row, n) => row.classList.toggle("current", n === at));
    all[at].querySelector("a")?.focus();
  };

  const actions = {
    "/": () => document.getElementById("search")?.focus(),
    j: () => walk(1),
    k: () => walk(-1),
    x: () => rows()[at]?.querySelector(".pick input")?.click(),
    e: () => document.querySelector("[data-edit]")?.click(),
    g: () => { going = true; setTimeout(() => { going = false; }, 1500); },
    "?": () => document.getElementById("keys")?.showModal(),
  };

  // A key that is held down is pressed once: only walking goes on, and typing in a field of many lines.
  document.addEventListener("keydown", (event) => {
    if (event.repeat && event.key === "Enter" && (event.ctrlKey || event.metaKey || !event.target.closest("textarea"))) {
      event.preventDefault();
      event.stopImmediatePropagation();
    }
  }, { capture: true });

  document.addEventListener("keydown", (event) => {
    if (typing(event) || (event.repeat && !"jk".includes(event.key))) return;
    if (going) {
      going = false;
      document.querySelector(`.side a[data-key="${CSS.escape(event.key)}"]`)?.click();
      return;
    }
    if (actions[event.key]) {
      event.preventDefault();
      actions[event.key]();
    }
  });

  document.querySelector("[data-focus]")?.focus();
  // The keyboard starts where the work is, the eyes at the top of the page; a telephone keeps its keyboard folded.
  const start = document.querySelector("[data-start]");
  if (start && !document.querySelector("[data-focus]") && !matchMedia("(pointer: coarse)").matches) start.focus({ preventScroll: true });

  // Community selects follow the chosen street: options of other streets are hidden, not sent away.
  const street = document.querySelector("form.form select[name=street]");
  const community = document.querySelector("form.form select[name=community]");
  const within = (o) => [...street.options].some((s) => s.value && o.text.startsWith(`${s.text} `));
  if (street && community && [...community.options].some(within)) {
    const all = [...community.options].map((o) => o.cloneNode(true));
    const follow = () => {
      const name = street.selectedOptions[0]?.text ?? "";
      const kept = community.value;
      community.replaceChildren(...all.filter((o) => !o.value || !street.value || o.text.startsWith(`${name} `)));
      community.value = kept;
    };
    street.addEventListener("change", follow);
    follow();
  }

  // The usual place of the chosen organisation, unless another was typed.
  const whose = document.querySelector("form.form select[name=organization]");
  const place = document.querySelector("form.form input[name=place]");
  if (whose && place) {
    let usual = "";
    const fill = () => {
      const next = whose.selectedOptions[0]?.dataset.place ?? "";
      if (place.value === usual) place.value = next;
      usual = next;
    };
    whose.addEventListener("change", fill);
    fill();
  }

  // A filter select sends the list at once; the button stays for people without scripts.
  document.querySelectorAll("form.filters select[name=street]").forEach((select) => {
    select.addEventListener("change", () => {
      const other = select.form.querySelector("select[name=community]");
      if (other) other.value = "";
      select.form.requestSubmit();
    });
  });

  // Rows are chosen one by one, by page, or all that the conditions leave; the bar says how many.
  const picked = document.querySelector("[data-picked]");
  const page = document.querySelector("[data-pick-all]");
  if (picked && page) {
    const boxes = [...document.querySelectorAll("tbody .pick input")];
    const everything = document.querySelector("[data-pick-everything]");
    const tell = () => {
      const count = boxes.filter((box) => box.checked).length;
      page.checked = count === boxes.length;
      boxes.concat(page).forEach((box) => { box.disabled = everything.checked; });
      picked.textContent = everything.checked || !count ? "" : `已选本页 ${count} 条`;
    };
    page.addEventListener("change", () => { boxes.forEach((box) => { box.checked = page.checked; }); tell(); });
    boxes.concat(everything).forEach((box) => box.addEventListener("change", tell));
    tell();
  }

  document.querySelector("[data-print]")?.addEventListener("click", () => print());

  // A page sends once: a second click or key waits for the answer. A step of a case is sent only after the page was on the
  // screen for a moment; the key or click that opened it does not decide it too.
  const MOMENT = 800;
  const PATIENCE = 15000;
  const steps = [...document.querySelectorAll("form[data-quick]")];
  const stepButtons = steps.flatMap((form) => [...form.querySelectorAll("button[type=submit]")]);
  let sent = null;
  let seen = false;
  let looking = 0;
  const release = () => { sent?.forEach((button) => { button.disabled = false; }); sent = null; };
  const look = () => {
    clearTimeout(looking);
    if (seen || document.visibilityState !== "visible") return;
    stepButtons.forEach((button) => button.setAttribute("aria-disabled", "true"));
    looking = setTimeout(() => {
      seen = true;
      stepButtons.forEach((button) => button.removeAttribute("aria-disabled"));
      steps.forEach((form) => form.setAttribute("data-seen", ""));
    }, MOMENT);
  };
  document.addEventListener("visibilitychange", look);
  look();
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.getAttribute("method") !== "post") return;
    if (sent || (form.matches("[data-quick]") && !seen)) {
      event.preventDefault();
      event.stopImmediatePropagation();
      return;
    }
    sent = [...form.querySelectorAll("button[type=submit]")];
    setTimeout(() => sent?.forEach((button) => { button.disabled = true; })); // after the form took the name of its button
    setTimeout(release, PATIENCE); // the answer was a file, or it never came
  }, { capture: true });
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    release();
    seen = false;
    look();
  });

  // Ctrl+Enter sends the step in whose field the keyboard is.
  steps.forEach((form) => {
    form.addEventListener("keydown", (event) => { if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit(); });
  });

  // What is typed is kept while it is typed: three seconds after the last key, and when the page goes away.
  document.querySelectorAll("form[data-keep]").forEach((form) => {
    const told = form.querySelector("[data-kept]");
    let timer = 0;
    let dirty = false;
    const contents = () => {
      const data = new FormData(form);
      [...data.entries()].forEach(([name, value]) => { if (value instanceof File) data.delete(name); });
      return data;
    };
    const keep = async () => {
      dirty = false;
      try {
        const answer = await fetch("/drafts/", { method: "POST", body: new URLSearchParams(contents()), credentials: "same-origin", redirect: "manual" });
        if (told) told.textContent = answer.ok ? await answer.text() : "";
      } catch { dirty = true; }
    };
    form.addEventListener("input", () => {
      dirty = true;
      clearTimeout(timer);
      timer = setTimeout(keep, 3000);
    });
    form.addEventListener("submit", () => { dirty = false; clearTimeout(timer); });
    addEventListener("pagehide", () => { if (dirty) navigator.sendBeacon("/drafts/", new URLSearchParams(contents())); });
  });
})();
