/* What is on the bench: the course as it is listed, and the one thing that is open. */

export const bench = {
  tree: null,
  names: { courses: [], here: null, example: false, formats: [] },
  open: null, // {kind: "question", file, index, base, line, fields, before, changed} or {kind: "page" | "term" | "course", ...}
  found: { faults: [], views: {}, sound: false, key: 0 }, // what the checker says of the open question
};

const listeners = new Map();

/** Topics: tree, open, fields, found. */
export function on(topics, listener) {
  for (const topic of topics.split(" ")) {
    if (!listeners.has(topic)) listeners.set(topic, new Set());
    listeners.get(topic).add(listener);
  }
}

export function emit(topic, detail) {
  for (const listener of listeners.get(topic) ?? []) listener(detail);
}

export const isChanged = () => bench.open?.kind === "question" && bench.open.changed;
