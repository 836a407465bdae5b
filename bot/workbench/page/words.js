/* What the checker says, in the words of the form. */

const FIELDS = {
  stem: "Question", options: "Answers", section: "Section", explanation: "Explanation", source: "Source", picture: "Picture", alt: "Description of the picture",
  code: "Code", accepted: "Accepted answers", number: "Number", tolerance: "Tolerance", id: "Id", why: "Reason", text: "Text", difficulty: "Difficulty",
  misconception: "Myth behind it", explanation_picture: "Picture of the explanation", explanation_alt: "Description of that picture", orders: "Other right orders",
  topic: "Topic", family: "Family", kind: "Kind", enemies: "Never beside", proof: "Proof", repaired: "Repaired program", code_language: "Language of the code", licence: "Licence",
  script: "Program", prints: "What it prints", core: "Core", since: "Since", until: "Until", build: "Build",
};

const SAID = [
  [/^this field is required$/, "Fill this in."],
  [/^some text, not.*/, "Fill this in."],
  [/^exactly one option with correct: true.*, not 0$/, "Mark the right answer."],
  [/^exactly one option with correct: true.*/, "Mark only one answer as right, or choose the form “Several right answers”."],
  [/^one option or more with correct: true.*/, "Mark the right answers."],
  [/^`accepted` texts or a `number`, one of the two$/, "Write what counts as right: texts, or a number."],
  [/^at least (\d+) in the list, not (\d+)$/, "Write at least $1; now there are $2."],
  [/^at most (\d+) in the list, not (\d+)$/, "At most $1; now there are $2."],
  [/^at most (\d+) characters, not (\d+)$/, "Make it shorter: at most $1 characters, now $2."],
  [/^at least (\d+) characters.*$/, "Write at least $1 characters."],
  [/^a text that differs.*$/, "Learners couldn't tell this answer from another one. Change one of them."],
  [/^`alt`: .*$/, "Say in a line what the picture shows, for people who can't see it."],
  [/^an id of its own; (.*) is taken$/, "Another question has the id $1. Choose another."],
  [/^a section of this pack, not (.*)$/, "This course has no section called $1. Choose one from the list, or add it in pack.yaml."],
  [/^a file of pictures\/; there is none of this name/, "There is no such file in the folder “pictures”"],
  [/^a misconception: the belief that makes this option attractive$/, "Choose the myth that makes this answer attractive."],
  [/^some text that can be seen, not only blanks$/, "Fill this in: nobody would see anything."],
];

/** What is wrong, as a sentence. */
export function sentence(fault) {
  for (const [pattern, words] of SAID) {
    if (pattern.test(fault.expected)) return fault.expected.replace(pattern, words);
  }
  return `Expected: ${fault.expected}${/[.?!]$/.test(fault.expected) ? "" : "."}`;
}

/** What a field is called: “Answer B, reason”. */
export function called(field, form) {
  const parts = field.split(".").filter(Boolean);
  if (!parts.length) return "The whole question";
  const number = parts.find((part) => /^\d+$/.test(part));
  const letter = number === undefined ? "" : "ABCDEFGHIJ"[Number(number)] ?? String(Number(number) + 1);
  const last = parts.filter((part) => !/^\d+$/.test(part)).at(-1);
  if (parts[0] === "options" && form === "order") return letter ? `Item ${Number(number) + 1}` : "Items";
  if (parts[0] === "options" && letter) return `Answer ${letter}${last === "why" ? ", reason" : last === "misconception" ? ", myth" : ""}`;
  return FIELDS[last] ?? last;
}

export const plural = (count, noun) => `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;

/** How a fault is marked: what a new question still lacks is no reproach. */
export function weight(fault, open) {
  if (open?.index === null && sentence(fault) === "Fill this in.") return "todo";
  return fault.level === "warning" ? "advice" : "fault";
}

/** What a course asks of each question, by its standard. */
export const PROMISES = {
  plain: "It is a plain course: each question needs what is asked, what is right, and a section.",
  explained: "It is an explained course: each question also needs a reason for every answer, an explanation, and a source.",
  proven: "It is a proven course: each question needs reasons, a myth behind each wrong answer, and what can be run is proved by a program.",
};
