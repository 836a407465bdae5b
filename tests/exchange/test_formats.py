"""Files of other programs, written in each format's manner: what is taken of them, and what is named as left out."""

import io

import openpyxl
import pytest

from bot.exchange import aiken, gift, markdown, moodle_xml, opentdb, red, tables
from bot.exchange.drafts import Draft, LeftOut
from bot.exchange.formats import READ, read, template, write
from bot.exchange.texts import decoded, from_html

GIFT = """\
// tests
$CATEGORY: $course$/Biology/Cells

// [tag:energy] [tag:easy]
::q1:: What makes energy in a cell? {
  =The mitochondria # Right, they do.
  ~The nucleus # It keeps the plan.
  ~The wall
#### They are the power plants.
}

Two plus two equals {=four =4} in base ten.

Which are even? {~%50%2 ~%50%4 ~%-100%3}

Is water wet? {T#It is.#Yes.}

[html]<p>H<sub>2</sub>O is <b>what</b>?</p>{=water ~fire}

Which sign is it? {=\\{ a \\= b \\} ~\\~}

Match. {=a -> b =c -> d}

Write an essay {}

What is pi? {#3.14:0.01}

From one to five? {#1..5}

Just a description.
"""
AIKEN = """\
What is 2+2?
It is easy.
A. 3
B) 4
ANSWER: B

Which one?
A. x
B. y
answer: c

No options?
ANSWER: A
"""
MOODLE = """\
<?xml version="1.0"?>
<quiz>
 <question type="category"><category><text>$course$/top/Cells</text></category></question>
 <question type="multichoice"><name><text>n</text></name>
  <questiontext format="html"><text><![CDATA[<p>What makes <b>energy</b>?</p>
  <pre><code class="language-sql">SELECT 1</code></pre>]]></text></questiontext>
  <generalfeedback format="html"><text>&lt;p&gt;Power plants.&lt;/p&gt;</text></generalfeedback>
  <idnumber>e1</idnumber><single>true</single>
  <answer fraction="100" format="html"><text>mitochondria</text><feedback><text>Yes.</text></feedback></answer>
  <answer fraction="0"><text>nucleus</text></answer>
  <tags><tag><text>easy</text></tag></tags></question>
 <question type="multichoice"><questiontext><text>Even?</text></questiontext><single>false</single>
  <answer fraction="33.33333"><text>2</text></answer><answer fraction="33.33333"><text>4</text></answer>
  <answer fraction="33.33333"><text>6</text></answer><answer fraction="-100"><text>3</text></answer></question>
 <question type="truefalse"><questiontext><text>Wet?</text></questiontext>
  <answer fraction="100"><text>true</text></answer><answer fraction="0"><text>false</text></answer></question>
 <question type="shortanswer"><questiontext><text>Capital of France?</text></questiontext><usecase>0</usecase>
  <answer fraction="100"><text>Paris</text></answer><answer fraction="100"><text>Par*</text></answer></question>
 <question type="numerical"><questiontext><text>Pi?</text></questiontext>
  <answer fraction="100"><text>3.14</text><tolerance>0.01</tolerance></answer></question>
 <question type="ordering"><questiontext><text>In order?</text></questiontext>
  <answer fraction="1"><text>one</text></answer><answer fraction="2"><text>two</text></answer>
  <answer fraction="3"><text>three</text></answer></question>
 <question type="matching"><questiontext><text>Match</text></questiontext></question>
 <question type="multichoice">
  <questiontext format="html"><text>See</text><file name="a.png" encoding="base64">AA==</file></questiontext>
  <single>true</single><answer fraction="100"><text>a</text></answer><answer fraction="0"><text>b</text></answer></question>
</quiz>
"""
OPENTDB = """{"response_code": 0, "results": [
 {"type": "multiple", "difficulty": "easy", "category": "Science: Computers",
  "question": "What does &quot;CPU&quot; mean?", "correct_answer": "Central Processing Unit",
  "incorrect_answers": ["Central Process Unit", "Computer Personal Unit"]},
 {"type": "boolean", "difficulty": "hard", "category": "x", "question": "Is it?",
  "correct_answer": "False", "incorrect_answers": ["True"]},
 {"question": 1}]}"""
RED = """\
AUTHOR: Ada
Who was first?:
- Ada
- Ada Lovelace
2 + 2?:
- 4
- four
yes?:
- no
nothing?: []
"""
MARKDOWN = """\
# Cells

## Energy
Some words before.

### What makes energy?

- [x] mitochondria
  They are the power plants.
- [ ] nucleus

> In every cell.

Which are even?
- [x] 2
- [ ] 3
- [x] 4

Buy:
- [ ] milk
- [ ] tea

```python
print(1)
```
What does it print?
* [X] 1
* [ ] 2
"""
CSV = """\
question;option a;option b;option c;answer;explanation;section;reason b
Which one is water?;水;火;木;A;It flows.;Kanji;That is fire.
2+2=?;3;4;;4;;Sums;
Which are even?;2;3;4;A, C;;Sums;
Name it;;;;Paris;;Geo;
'=1+1;x;y;;A;;Sums;
bad;x;y;;z;;Geo;
;;;;;;;
"""


def taken(found) -> tuple[list[Draft], list[LeftOut]]:
    found = list(found)
    return [one for one in found if isinstance(one, Draft)], [one for one in found if isinstance(one, LeftOut)]


def short(draft: Draft) -> tuple:
    right = [one.text for one in draft.choices if one.share > 0]
    return draft.form, draft.stem, right or list(draft.accepted) or draft.number


def test_gift():
    drafts, left = taken(gift.read(GIFT))
    assert [short(one) for one in drafts] == [
        ("choice", "What makes energy in a cell?", ["The mitochondria"]),
        ("typed", r"Two plus two equals \_\_\_ in base ten.", ["four", "4"]),
        ("several", "Which are even?", ["2", "4"]),
        ("choice", "Is water wet?", ["True"]),
        ("choice", "H₂O is **what**?", ["water"]),
        ("choice", "Which sign is it?", ["{ a = b }"]),
        ("typed", "What is pi?", 3.14),
        ("typed", "From one to five?", 3.0),
    ]
    first = drafts[0]
    assert (first.name, first.section, first.tags, first.place) == ("q1", "Cells", ("energy", "easy"), "line 4")
    assert [one.why for one in first.choices] == ["Right, they do.", "It keeps the plan.", ""]
    assert first.explanation == "They are the power plants."
    assert [one.why for one in drafts[3].choices] == ["Yes.", "It is."]
    assert drafts[7].tolerance == 2
    assert [one.why.partition(",")[0] for one in left] == ["matching", "an essay", "a description"]


def test_partial_credit_is_a_loss_that_is_named():
    [draft], _ = taken(gift.read("What? {=a ~%50%b ~c}"))
    assert draft.losses == ("partial credit; the best answer is the right one now",)


def test_aiken():
    drafts, left = taken(aiken.read(AIKEN))
    assert [short(one) for one in drafts] == [("choice", "What is 2+2? It is easy.", ["4"])]
    assert left == [
        LeftOut("line 7", "the answer C is none of the options"),
        LeftOut("line 12", "fewer than two answers to choose from"),
    ]


def test_moodle_xml():
    drafts, left = taken(moodle_xml.read(MOODLE))
    assert [short(one) for one in drafts] == [
        ("choice", "What makes **energy**?", ["mitochondria"]),
        ("several", "Even?", ["2", "4", "6"]),
        ("choice", "Wet?", ["True"]),
        ("typed", "Capital of France?", ["Paris"]),
        ("typed", "Pi?", 3.14),
        ("order", "In order?", None),
        ("choice", "See", ["a"]),
    ]
    first = drafts[0]
    assert (first.name, first.section, first.tags) == ("e1", "Cells", ("easy",))
    assert (first.code, first.code_language, first.explanation) == ("SELECT 1", "sql", "Power plants.")
    assert drafts[3].losses == ("an answer with a wildcard",)
    assert drafts[6].losses == ("a picture",)
    assert left == [LeftOut("question 8", "matching")]


def test_an_entity_bomb_is_refused_in_a_sentence():
    bomb = '<!DOCTYPE q [<!ENTITY a "x"><!ENTITY b "&a;&a;&a;">]><quiz><question type="essay">&b;</question></quiz>'
    [left] = moodle_xml.read(bomb)
    assert left == LeftOut("line 1", "XML with entities of its own, which is not read")


def test_opentdb():
    drafts, left = taken(opentdb.read(OPENTDB))
    assert [short(one) for one in drafts] == [
        ("choice", 'What does "CPU" mean?', ["Central Processing Unit"]),
        ("choice", "Is it?", ["False"]),
    ]
    assert [one.text for one in drafts[1].choices] == ["True", "False"]
    assert (drafts[0].licence, drafts[0].section) == ("CC BY-SA 4.0", "Science: Computers")
    assert [one.place for one in left] == ["question 3"]


def test_red():
    drafts, left = taken(red.read(RED))
    assert [short(one) for one in drafts] == [
        ("typed", "Who was first?", ["Ada", "Ada Lovelace"]),
        ("typed", "2 + 2?", ["4", "four"]),
        ("typed", "yes?", ["no"]),
    ]
    assert drafts[0].source == "A trivia list by Ada"
    assert left == [LeftOut("line 10", "no right answer")]


def test_markdown():
    drafts, left = taken(markdown.read(MARKDOWN))
    assert [short(one) for one in drafts] == [
        ("choice", "What makes energy?", ["mitochondria"]),
        ("several", "Which are even?", ["2", "4"]),
        ("choice", "What does it print?", ["1"]),
    ]
    assert (drafts[0].explanation, drafts[0].choices[0].why) == ("In every cell.", "They are the power plants.")
    assert drafts[2].code == "print(1)"
    assert [one.why for one in left] == ["a list of tasks: no box is checked"]


def test_csv_with_our_own_headings():
    found = read(CSV.encode("utf-8-sig"))
    assert found.format == "csv"
    assert [short(one) for one in found.drafts] == [
        ("choice", "Which one is water?", ["水"]),
        ("choice", "2+2=?", ["4"]),
        ("several", "Which are even?", ["2", "4"]),
        ("typed", "Name it", ["Paris"]),
        ("choice", "=1+1", ["x"]),
    ]
    assert found.drafts[0].choices[1].why == "That is fire."
    assert found.left_out == [LeftOut("row 7", "the answer 'z' is none of the options")]


def workbook(*rows: list) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_a_workbook_with_our_own_headings():
    found = read(
        workbook(["Question", "Option A", "Option B", "Answer"], ["2+2?", 3, 4.0, 4], ["Is it?", True, False, "A"])
    )
    assert [short(one) for one in found.drafts] == [("choice", "2+2?", ["4"]), ("choice", "Is it?", ["True"])]


def test_kahoots_template():
    head = ["", "Question - max 120 characters", *(f"Answer {n} - max 75 characters" for n in range(1, 5))]
    head += ["Time limit (sec)", "Correct answer(s) - choose at least one"]
    rows = [["Quiz template"], [], ["Add questions"], [], [], [], [], head]
    rows += [
        ["1", "Even?", "2", "3", "4", "", 20, "1,3"],
        ["2", "Water?", "水", "火", "", "", 20, 1],
        ["3", "", "", "", "", "", 20, ""],
    ]
    found = read(workbook(*rows))
    assert [short(one) for one in found.drafts] == [("several", "Even?", ["2", "4"]), ("choice", "Water?", ["水"])]
    assert found.drafts[0].losses == ("its time limit",)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (GIFT, "gift"),
        (AIKEN, "aiken"),
        (MOODLE, "moodle-xml"),
        (OPENTDB, "opentdb"),
        (RED, "red"),
        (MARKDOWN, "markdown"),
        (CSV, "csv"),
    ],
)
def test_the_format_is_told_by_the_content(text, name):
    assert read(text.encode()).format == name
    assert name in READ


@pytest.mark.parametrize(
    ("text", "encoding", "language"),
    [("zażółć", "cp1250", "pl"), ("Это", "cp1251", "ru"), ("é", "cp1252", "en"), ("日本", "cp932", "ja")],
)
def test_a_text_in_what_windows_wrote_is_read_by_the_courses_language_and_said_so(text, encoding, language):
    found = decoded(f"first\n{text}\n".encode(encoding), language=language)
    assert (found.text, found.encoding, found.line) == (f"first\n{text}\n", encoding, 2)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_unicode_needs_no_guess(encoding):
    assert decoded("日本 é".encode(encoding)).line is None
    assert decoded("日本 é".encode(encoding)).text == "日本 é"


HTML = [
    ("H<sub>2</sub>O and 2<sup>10</sup>", "H₂O and 2¹⁰"),
    ("<p>Hello <b> bold </b>x</p><p>2</p>", "Hello **bold** x\n\n2"),
    ("a &lt;b&gt; *c*", r"a <b> \*c\*"),
    ("<ul><li>one</li><li>two</li></ul>", "- one\n- two"),
    ("<ol><li>one</li><li>two</li></ol>", "1. one\n2. two"),
    ("x<script>alert(1)</script>y", "xy"),
    ("<b></b>x", "x"),
    ("<code>a*b</code>", "`a*b`"),
]


@pytest.mark.parametrize(("source", "text"), HTML)
def test_html_becomes_markdown_that_shows_the_same(source, text):
    assert from_html(source).text == text


def test_twenty_thousand_nested_tags_hurt_nobody():
    assert from_html("<b>" * 20_000 + "x" + "</b>" * 20_000).text.strip("*") == "x"
    assert tables.fused(tables.defused("=1+1")) == "=1+1"


def test_the_table_to_fill_in_is_what_is_written_of_no_questions():
    written, _ = write([], "xlsx")
    kept, made = (openpyxl.load_workbook(io.BytesIO(one)) for one in (template(), written))
    assert [[[cell.value for cell in row] for row in sheet] for sheet in kept] == [
        [[cell.value for cell in row] for row in sheet] for sheet in made
    ]
