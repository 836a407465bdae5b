/* What the page asks of the workbench. */

export class Problem extends Error {}

/** Ask, and get the answer; a Problem has a sentence for whoever asked. */
export async function call(name, asked = {}) {
  return answer(() => fetch(`call/${name}`, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(asked) }));
}

/** Send a file's bytes to be imported. */
export async function sendFile(file, { update, section }) {
  const query = new URLSearchParams({ name: file.name, update: update ? "yes" : "no", section });
  return answer(() => fetch(`import?${query}`, { method: "POST", body: file }));
}

async function answer(ask) {
  let response;
  try {
    response = await ask();
  } catch {
    throw new Problem("The workbench does not answer. Is it still running in the terminal? What you typed is still here.");
  }
  const found = await response.json().catch(() => ({ problem: "The workbench could not do that. Look into the terminal." }));
  if (found.problem) throw Object.assign(new Problem(found.problem), { gone: found.gone });
  return found;
}
