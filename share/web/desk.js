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
    if (!row || row.closest("table.report") || e.defaultPrevented || e.target.closest("a,button,input,summary") || String(getSelection())) return;
    var link = row.querySelector("a");
    if (!link) return;
    if (e.ctrlKey || e.metaKey) open(link.href); else location.href = link.href;
  });

  /* A day is typed, or chosen in the browser's own calendar. */
  var drawing = "http://www.w3.org/2000/svg";
  Array.prototype.forEach.call(document.querySelectorAll("input.date"), function (typed) {
    var own = document.createElement("input"), button = document.createElement("button"), box = document.createElement("span");
    if (!own.showPicker) return;
    var icon = document.createElementNS(drawing, "svg"), path = document.createElementNS(drawing, "path");
    icon.setAttribute("viewBox", "0 0 16 16");
    icon.setAttribute("aria-hidden", "true");
    path.setAttribute("d", "M4.5 1v2.5M11.5 1v2.5M2 6.5h12M2 3.5h12v11H2z");
    icon.appendChild(path);
    own.type = "date";
    own.tabIndex = -1;
    own.setAttribute("aria-hidden", "true");
    button.type = "button";
    button.className = "btn";
    button.title = typed.dataset.choose;
    button.setAttribute("aria-label", typed.dataset.choose);
    button.appendChild(icon);
    button.addEventListener("click", function () {
      var day = typed.value.split("/");
      own.value = day.length === 3 ? day[2] + "-" + ("0" + day[1]).slice(-2) + "-" + ("0" + day[0]).slice(-2) : "";
      own.showPicker();
    });
    own.addEventListener("change", function () {
      typed.value = own.value.split("-").reverse().join("/");
      typed.focus();
    });
    box.className = "datebox";
    typed.replaceWith(box);
    box.append(typed, button, own);
  });

  /* A file that is dropped on a form goes into its field for files; what is too large is said before anything is sent. */
  Array.prototype.forEach.call(document.querySelectorAll("form.drop"), function (form) {
    var file = form.querySelector("input[type=file]");
    var fits = function () {
      var most = Number(file.dataset.most), over = most && Array.prototype.some.call(file.files, function (f) { return f.size > most; });
      file.setCustomValidity(over ? file.dataset.over : "");
      if (over) file.reportValidity();
    };
    file.addEventListener("change", fits);
    form.addEventListener("dragover", function (e) { e.preventDefault(); form.classList.add("over"); });
    form.addEventListener("dragleave", function () { form.classList.remove("over"); });
    form.addEventListener("drop", function (e) {
      form.classList.remove("over");
      if (!e.dataTransfer || !e.dataTransfer.files.length) return;
      e.preventDefault();
      file.files = e.dataTransfer.files;
      file.focus();
      fits();
    });
  });

  /* What is found while one types: the same page, asked with the text. */
  var asks = document.querySelector("input[data-asks]");
  if (asks && window.fetch && window.DOMParser) {
    var askLater = 0, askTurn = 0;
    asks.addEventListener("input", function () {
      clearTimeout(askLater);
      askLater = setTimeout(function () {
        var mine = ++askTurn;
        fetch(asks.dataset.asks + "?ens=" + encodeURIComponent(asks.value), { credentials: "same-origin" }).then(function (r) {
          if (!r.ok || r.redirected) throw new Error(r.status);
          return r.text();
        }).then(function (text) {
          var found = new DOMParser().parseFromString(text, "text/html").getElementById(asks.dataset.into);
          var place = document.getElementById(asks.dataset.into);
          if (mine === askTurn && found && place) place.replaceWith(found);
        }).catch(function () {});
      }, 150);
    });
  }

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
  /* What is written is corrected where it stands: the text opens on a click, or with e on the row; what was typed is kept
     when one leaves it, or with Control and Enter, and the row comes anew from the desk. Escape leaves it as it was. */
  var tables = document.getElementById("taules");
  function fold(form) { return form.closest("details"); }
  function field(form) { return form.querySelector("textarea"); }
  function openEdit(edit) {
    var details = edit.querySelector("details"), form = details && details.querySelector("form");
    if (!form) return;
    details.open = true;
    var text = field(form);
    text.focus();
    text.setSelectionRange(text.value.length, text.value.length);
  }
  function closeEdit(form) {
    var row = form.closest("tr");
    field(form).value = field(form).defaultValue;
    say(form, "", "");
    fold(form).open = false;
    var link = row && row.querySelector("a");
    if (link) link.focus({ preventScroll: true });
  }
  function say(form, words, how) {
    var said = form.querySelector(".said");
    said.textContent = words;
    said.className = "said sub" + (how ? " " + how : "");
  }
  /* The parts of the page that a change touches come anew; nothing else moves, so that what is being typed stays. */
  function renew(row) {
    return fetch(location.pathname, { credentials: "same-origin" }).then(function (r) {
      if (!r.ok || r.redirected) throw new Error(r.status);
      return r.text();
    }).then(function (text) {
      var page = new DOMParser().parseFromString(text, "text/html");
      ["estat", row].forEach(function (id) {
        var old = document.getElementById(id), now = page.getElementById(id);
        if (old && now) old.replaceWith(document.adoptNode(now));
      });
      var fresh = document.getElementById(row);
      if (!fresh) return;
      mark(fresh);
      fresh.classList.add("saved-now");
      var note = document.createElement("p");
      note.className = "said sub fine";
      note.setAttribute("role", "status");
      fresh.querySelector(".edit").appendChild(note);
      note.textContent = tables.dataset.saved;
      setTimeout(function () { fresh.classList.remove("saved-now"); note.remove(); }, 4000);
    });
  }
  function send(form) {
    if (form.dataset.busy) return;
    form.dataset.busy = "1";
    say(form, tables.dataset.saving, "");
    fetch(form.getAttribute("action"), { method: "POST", credentials: "same-origin", headers: { Accept: "application/json" },
      body: new URLSearchParams(new FormData(form)) }).then(function (r) {
      var json = (r.headers.get("Content-Type") || "").indexOf("json") >= 0;
      if (!json || r.redirected) throw new Error(r.status);
      return r.json().then(function (said) { return { ok: r.ok, said: said }; });
    }).then(function (got) {
      delete form.dataset.busy;
      if (got.ok) { field(form).defaultValue = field(form).value; return renew(form.closest("tr").id); }
      var reason = got.said.reason || got.said.title || "";
      if (got.said.now !== undefined && got.said.now !== null) {
        form.querySelector("[name=abans]").value = got.said.now;
        reason += "\n" + tables.dataset.theirs + " " + got.said.now;
      }
      fold(form).open = true;
      say(form, tables.dataset.failed + " " + reason, "bad lines");
    }).catch(function () {
      delete form.dataset.busy;
      say(form, tables.dataset.failed + " " + tables.dataset.away, "bad");
    });
  }
  function changed(form) { return field(form) && field(form).value !== field(form).defaultValue; }
  /* Those that replace what stands there; what adds or takes away goes by its button only. */
  function whole(form) { return form && form.classList.contains("inline") && !form.classList.contains("plain") ? form : null; }
  function mark(root) {
    root.querySelectorAll(".edit").forEach(function (edit) { if (edit.querySelector("form.inline:not(.plain)")) edit.classList.add("can"); });
  }
  if (tables && window.fetch && window.DOMParser) {
    mark(tables);
    tables.addEventListener("click", function (e) {
      var text = e.target.closest(".can > .lines");
      if (text && !String(getSelection())) { e.preventDefault(); openEdit(text.parentNode); }
    });
    tables.addEventListener("submit", function (e) {
      if (!whole(e.target)) return;
      e.preventDefault();
      send(e.target);
    });
    /* Nothing moves under a pointer that is pressed: what it was to click would be missed. */
    var pressed = false;
    document.addEventListener("pointerdown", function () { pressed = true; }, true);
    ["pointerup", "pointercancel"].forEach(function (what) {
      document.addEventListener(what, function () { setTimeout(function () { pressed = false; }, 0); }, true);
    });
    var left = function (form) {
      if (pressed) setTimeout(left, 30, form);
      else if (changed(form) && form.isConnected && !form.contains(document.activeElement)) send(form);
    };
    tables.addEventListener("focusout", function (e) {
      var form = whole(e.target.form);
      if (form && e.target.tagName === "TEXTAREA" && changed(form) && !form.contains(e.relatedTarget)) setTimeout(left, 0, form);
    });
    tables.addEventListener("keydown", function (e) {
      var form = whole(e.target.form);
      if (!form) return;
      if (e.key === "Escape") { e.preventDefault(); closeEdit(form); }
      else if (e.key === "Enter" && (e.ctrlKey || e.metaKey)) { e.preventDefault(); send(form); }
    });
    document.addEventListener("keydown", function (e) {
      if (e.ctrlKey || e.metaKey || e.altKey || /^(INPUT|TEXTAREA|SELECT)$/.test(e.target.tagName)) return;
      var all = rows(), row = all[at];
      if (e.key === "e" && row && row.querySelector(".can")) { e.preventDefault(); openEdit(row.querySelector(".can")); }
      if (e.key === "n") {
        var next = all.findIndex(function (r, i) { return i > at && r.classList.contains("silent"); });
        if (next < 0) next = all.findIndex(function (r) { return r.classList.contains("silent"); });
        if (next >= 0) go(next - at);
      }
    });
    /* What was typed and not kept is not lost by going away. */
    window.addEventListener("beforeunload", function (e) {
      var left = Array.prototype.some.call(tables.querySelectorAll("form.inline"), function (f) { return whole(f) && changed(f); });
      if (left) e.preventDefault();
    });
  }
})();
