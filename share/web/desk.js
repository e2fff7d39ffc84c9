/* What makes the desk quicker for those who have JavaScript; nothing needs it. */
(function () {
  "use strict";
  var list = document.getElementById("list"), box = document.getElementById("q"), at = -1;

  function rows() {
    return Array.prototype.slice.call(document.querySelectorAll("table.list tbody tr"));
  }

  /* j and k: the row that Enter opens. */
  function go(step) {
    var all = rows();
    if (!all.length) return;
    if (all[at]) all[at].classList.remove("at");
    at = Math.max(0, Math.min(all.length - 1, at + step));
    all[at].classList.add("at");
    var link = all[at].querySelector("a");
    if (link) link.focus({ preventScroll: true });
    all[at].scrollIntoView({ block: "nearest" });
  }

  document.addEventListener("keydown", function (e) {
    if (e.ctrlKey || e.metaKey || e.altKey) return;
    var writes = /^(INPUT|TEXTAREA|SELECT)$/.test(e.target.tagName);
    if (e.key === "Escape" && e.target === box) { box.blur(); return; }
    if (writes) return;
    if (e.key === "j") go(1);
    else if (e.key === "k") go(-1);
    else if (e.key === "/" && box) { e.preventDefault(); box.focus(); box.select(); }
    else if (e.key === "/") { e.preventDefault(); location.href = "/ens"; }
    else if (e.key === "?") location.href = "/ajuda";
  });

  /* The whole row opens, unless text is being selected or another link was meant. */
  document.addEventListener("click", function (e) {
    var row = e.target.closest && e.target.closest("table.list tbody tr");
    if (!row || e.defaultPrevented || e.target.closest("a,button,input,summary") || String(getSelection())) return;
    var link = row.querySelector("a");
    if (!link) return;
    if (e.ctrlKey || e.metaKey) open(link.href); else location.href = link.href;
  });

  /* A file that is dropped on a form goes into its field for files. */
  Array.prototype.forEach.call(document.querySelectorAll("form.drop"), function (form) {
    var file = form.querySelector("input[type=file]");
    form.addEventListener("dragover", function (e) { e.preventDefault(); form.classList.add("over"); });
    form.addEventListener("dragleave", function () { form.classList.remove("over"); });
    form.addEventListener("drop", function (e) {
      form.classList.remove("over");
      if (!e.dataTransfer || !e.dataTransfer.files.length) return;
      e.preventDefault();
      file.files = e.dataTransfer.files;
      file.focus();
    });
  });

  /* A check that is under way: its steps as they begin, and the page when it is over. */
  var steps = document.getElementById("passos");
  if (steps && window.fetch && steps.dataset.running === "1") {
    var look = function () {
      fetch(steps.dataset.from, { credentials: "same-origin" }).then(function (r) { return r.ok && !r.redirected ? r.text() : ""; }).then(function (text) {
        var now = new DOMParser().parseFromString(text, "text/html").getElementById("passos");
        if (!now) return;
        steps.replaceChildren.apply(steps, now.childNodes);
        if (now.dataset.running === "1") setTimeout(look, 250); else location.replace(location.pathname);
      }).catch(function () {});
    };
    setTimeout(look, 100);
  }

  /* The filter answers while one types: the same address as the form's, asked for again. */
  if (list && box && window.fetch && window.DOMParser) {
    var timer = 0, turn = 0;
    var ask = function () {
      var mine = ++turn, form = box.form, query = new URLSearchParams(new FormData(form));
      if (!box.value && !query.has("vista")) query.delete("q");
      var url = form.getAttribute("action") + (String(query) ? "?" + query : "");
      fetch(url, { credentials: "same-origin" }).then(function (r) {
        if (!r.ok || r.redirected) throw new Error(r.status);
        return r.text();
      }).then(function (text) {
        if (mine !== turn) return;
        var page = new DOMParser().parseFromString(text, "text/html");
        list.replaceChildren.apply(list, page.getElementById("list").childNodes);
        [".tabs", ".chips"].forEach(function (part) { document.querySelector(part).replaceWith(page.querySelector(part)); });
        history.replaceState(null, "", url);
        at = -1;
      }).catch(function () { if (mine === turn) form.submit(); });
    };
    box.addEventListener("input", function () { clearTimeout(timer); timer = setTimeout(ask, 80); });
    box.form.addEventListener("submit", function (e) { e.preventDefault(); clearTimeout(timer); ask(); });
  }

  /* While one writes a text, how it comes out is asked for again; the button does the same. */
  var writes = document.querySelector("form.writes"), preview = document.getElementById("previsio");
  if (writes && preview && window.fetch && window.DOMParser && window.URLSearchParams) {
    var later = 0, round = 0;
    writes.addEventListener("input", function () {
      clearTimeout(later);
      later = setTimeout(function () {
        var mine = ++round, data = new URLSearchParams(new FormData(writes));
        data.set("fes", "mostra");
        fetch(writes.getAttribute("action"), { method: "POST", body: data, credentials: "same-origin" }).then(function (r) {
          if (!r.ok) throw new Error(r.status);
          return r.text();
        }).then(function (text) {
          var made = new DOMParser().parseFromString(text, "text/html").getElementById("previsio");
          if (mine === round && made) preview.replaceChildren.apply(preview, Array.prototype.slice.call(made.childNodes));
        }).catch(function () {});
      }, 300);
    });
  }

  /* What is under way shows itself when it is done. */
  if (document.querySelector("[data-runs]") && window.fetch && window.DOMParser) {
    var look = function () {
      fetch(location.pathname + location.search, { credentials: "same-origin" }).then(function (r) {
        if (!r.ok || r.redirected) throw new Error(r.status);
        return r.text();
      }).then(function (text) {
        var page = new DOMParser().parseFromString(text, "text/html"), now = document.querySelectorAll(".job"), then = page.querySelectorAll(".job");
        if (now.length !== then.length) { location.reload(); return; }
        now.forEach(function (job, i) { if (job.innerHTML !== then[i].innerHTML) job.replaceWith(then[i]); });
        if (document.querySelector("[data-runs]")) setTimeout(look, 1000);
        else if (page.querySelectorAll(".copy").length !== document.querySelectorAll(".copy").length) location.replace(location.pathname);
      }).catch(function () {});
    };
    setTimeout(look, 700);
  }
})();
