"use strict";
(() => {
  const rowHeight = 20;
  const narrowest = 0.7; // pixels; what is narrower is not drawn, and shows when zoomed in
  const byId = (id) => document.getElementById(id);
  const data = JSON.parse(byId("data").textContent);
  const chart = byId("chart"), tip = byId("tip"), search = byId("search"), reset = byId("reset");
  const number = new Intl.NumberFormat("en");
  const goroutines = (count) => number.format(count) + (count === 1 ? " goroutine" : " goroutines");
  const percent = (part, whole) => (whole === 0 ? "0" : (100 * part / whole).toFixed(1)) + "%";

  // Five numbers a node, in preorder: depth, name, package, place, count.
  const nodes = [];
  const path = [];
  for (let at = 0; at < data.nodes.length; at += 5) {
    const [depth, name, pkg, place, count] = data.nodes.slice(at, at + 5);
    const node = {
      depth, count, name: data.texts[name], pkg: data.texts[pkg], place: data.texts[place],
      parent: path[depth - 1], start: 0, used: 0, found: false,
    };
    if (node.parent) {
      node.start = node.parent.start + node.parent.used;
      node.parent.used += count;
    }
    path[depth] = node;
    nodes.push(node);
  }
  const root = nodes[0];
  const total = root.count;
  let focus = root;

  // The same package has the same colour in every graph. Packages of the standard library have no dot in the first
  // element of their path; they are pale.
  function hueOf(text) {
    let hash = 2166136261;
    for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 16777619);
    return (hash >>> 0) % 360;
  }
  const isStandard = (pkg) => pkg !== "main" && !pkg.split("/", 1)[0].includes(".");

  const isAbove = (node) => node.depth < focus.depth && node.start <= focus.start
    && node.start + node.count >= focus.start + focus.count;
  const isBelow = (node) => node.depth >= focus.depth && node.start >= focus.start
    && node.start + node.count <= focus.start + focus.count;

  function draw() {
    const width = chart.clientWidth;
    const scale = focus.count === 0 ? 0 : width / focus.count;
    const boxes = document.createDocumentFragment();
    let deepest = 0;
    for (const node of nodes) {
      const above = isAbove(node);
      if (!above && !isBelow(node)) continue;
      const wide = above ? width : node.count * scale;
      if (wide < narrowest) continue;
      deepest = Math.max(deepest, node.depth);
      boxes.append(boxOf(node, above ? 0 : (node.start - focus.start) * scale, wide, above));
    }
    chart.replaceChildren(boxes);
    chart.style.height = (deepest + 1) * rowHeight + "px";
    reset.hidden = focus === root;
  }

  function boxOf(node, left, wide, above) {
    const box = document.createElement("div");
    box.className = "box";
    box.style.left = left + "px";
    box.style.top = node.depth * rowHeight + "px";
    box.style.width = Math.max(1, wide - 1) + "px";
    if (node.pkg === undefined) box.classList.add("note");
    else {
      box.style.setProperty("--hue", hueOf(node.pkg));
      if (isStandard(node.pkg)) box.classList.add("std");
    }
    if (above) box.classList.add("above");
    if (node.found) box.classList.add("found");
    if (wide < 24) box.classList.add("thin");
    else box.textContent = shortName(node);
    box.tabIndex = 0;
    box.setAttribute("role", "button");
    box.setAttribute("aria-label", node.name + ", " + goroutines(node.count));
    box.addEventListener("click", () => zoom(node));
    box.addEventListener("keydown", (event) => { if (event.key === "Enter") zoom(node); });
    box.addEventListener("mousemove", (event) => showTip(node, event.clientX, event.clientY));
    box.addEventListener("focus", () => {
      const place = box.getBoundingClientRect();
      showTip(node, place.left, place.bottom);
    });
    box.addEventListener("mouseleave", hideTip);
    box.addEventListener("blur", hideTip);
    return box;
  }

  // Without the folders of the import path; the tooltip has the whole name.
  function shortName(node) {
    if (!node.pkg || !node.name.startsWith(node.pkg)) return node.name;
    return node.name.slice(node.pkg.lastIndexOf("/") + 1);
  }

  function zoom(node) {
    focus = node;
    hideTip();
    draw();
  }

  function showTip(node, x, y) {
    const lines = [["strong", node.name]];
    if (node.place) lines.push(["span", node.place]);
    lines.push(["span", goroutines(node.count) + ", " + percent(node.count, total) + " of all"
      + (node.parent && node.parent !== root ? ", " + percent(node.count, node.parent.count) + " of the caller" : "")]);
    tip.replaceChildren(...lines.map(([tag, text]) => {
      const line = document.createElement(tag);
      line.textContent = text;
      return line;
    }));
    tip.hidden = false;
    tip.style.left = Math.max(4, Math.min(x + 12, innerWidth - tip.offsetWidth - 8)) + "px";
    tip.style.top = (y + 16 + tip.offsetHeight > innerHeight ? Math.max(4, y - tip.offsetHeight - 8) : y + 16) + "px";
  }

  function hideTip() { tip.hidden = true; }

  function find() {
    const wanted = search.value.trim().toLowerCase();
    let found = 0, end = 0;
    for (const node of nodes) {
      node.found = wanted !== "" && node !== root
        && (node.name.toLowerCase().includes(wanted) || (node.place ?? "").toLowerCase().includes(wanted));
      // Preorder: a match within a match starts before the outer one ends, and is counted there already.
      if (node.found && node.start >= end) {
        found += node.count;
        end = node.start + node.count;
      }
    }
    chart.classList.toggle("searching", wanted !== "");
    byId("found").textContent = wanted === "" ? ""
      : "found in " + goroutines(found) + " (" + percent(found, total) + ")";
    draw();
  }

  byId("title").textContent = data.title;
  byId("summary").textContent = total === 0 ? "There are no goroutines in this snapshot."
    : goroutines(total) + ". Click a box to zoom in, its caller to zoom out.";
  search.addEventListener("input", find);
  reset.addEventListener("click", () => zoom(root));
  addEventListener("resize", draw);
  addEventListener("keydown", (event) => {
    if (event.key === "Escape") zoom(root);
    if (event.key === "/" && document.activeElement !== search) {
      event.preventDefault();
      search.focus();
    }
  });
  draw();
})();
