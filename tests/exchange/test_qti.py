"""QTI 1.2 in the manner of Canvas and of others, alone and in a package with pictures."""

import io
import zipfile

import pytest
from painted import picture

from bot.exchange import qti
from bot.exchange.drafts import Draft, Drawing, LeftOut
from bot.exchange.formats import Reading, read


def item(kind: str, text: str, answers: str, conditions: str, more: str = "", ident: str = "i1") -> str:
    """An item as Canvas writes it."""
    told = f"<fieldlabel>question_type</fieldlabel><fieldentry>{kind}</fieldentry>"
    return f"""
<item ident="{ident}" title="Question"><itemmetadata>
<qtimetadata><qtimetadatafield>{told}</qtimetadatafield></qtimetadata></itemmetadata>
<presentation><material><mattext texttype="text/html">{text}</mattext></material>{answers}</presentation>
<resprocessing><outcomes><decvar maxvalue="100" minvalue="0" varname="SCORE" vartype="Decimal"/></outcomes>
{conditions}</resprocessing>
{more}</item>"""


def labels(several: str, **texts: str) -> str:
    found = "".join(
        f'<response_label ident="{name}"><material><mattext texttype="text/plain">{text}</mattext></material>'
        "</response_label>"
        for name, text in texts.items()
    )
    return f'<response_lid ident="response1" rcardinality="{several}"><render_choice>{found}</render_choice></response_lid>'


def scores(tests: str, share: int = 100) -> str:
    return (
        f'<respcondition continue="No"><conditionvar>{tests}</conditionvar>'
        f'<setvar action="Set" varname="SCORE">{share}</setvar></respcondition>'
    )


def shows(test: str, which: str) -> str:
    return (
        f'<respcondition continue="Yes"><conditionvar>{test}</conditionvar>'
        f'<displayfeedback feedbacktype="Response" linkrefid="{which}"/></respcondition>'
    )


def says(which: str, text: str) -> str:
    return (
        f'<itemfeedback ident="{which}"><flow_mat><material><mattext texttype="text/html">{text}</mattext></material>'
        "</flow_mat></itemfeedback>"
    )


def equal(value: str) -> str:
    return f'<varequal respident="response1">{value}</varequal>'


def quiz(*items: str, title: str = "Cells") -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<questestinterop xmlns="http://www.imsglobal.org/xsd/ims_qtiasiv1p2">'
        f'<assessment ident="a" title="{title}"><section ident="root_section">{"".join(items)}</section></assessment>'
        "</questestinterop>"
    )


FIB = (
    '<response_str ident="response1" rcardinality="Single"><render_fib><response_label ident="answer1"/></render_fib>'
    "</response_str>"
)
CHOICE = item(
    "multiple_choice_question",
    "&lt;p&gt;What makes &lt;b&gt;energy&lt;/b&gt; in H&lt;sub&gt;2&lt;/sub&gt;O?&lt;/p&gt;",
    labels("Single", a="the nucleus", b="mitochondria"),
    shows(equal("a"), "a_fb") + shows("<other/>", "general_fb") + scores(equal("b")),
    says("a_fb", "It keeps the plan.") + says("general_fb", "&lt;p&gt;Power plants.&lt;/p&gt;"),
    "energy",
)
SEVERAL = item(
    "multiple_answers_question",
    "Which are even?",
    labels("Multiple", a="2", b="3", c="4"),
    scores(f"<and>{equal('a')}<not>{equal('b')}</not>{equal('c')}</and>"),
)
TRUE_FALSE = item("true_false_question", "Wet?", labels("Single", t="True", f="False"), scores(equal("t")))
SHORT = item("short_answer_question", "Capital?", FIB, scores(equal("Paris") + equal("paris town")))
NUMBER = item(
    "numerical_question",
    "Pi?",
    FIB,
    scores(
        f"<or>{equal('3.14')}<and><vargte respident='r'>3.13</vargte><varlte respident='r'>3.15</varlte></and></or>"
    ),
)
RANGE = item("numerical_question", "Where?", FIB, scores("<vargte>1.0</vargte><varlte>5.0</varlte>"))
MATCHING = item("matching_question", "Match", labels("Single", a="x"), "")
ESSAY = item("essay_question", "Write", FIB, "")
WHOLE_QUIZ = quiz(CHOICE, SEVERAL, TRUE_FALSE, SHORT, NUMBER, RANGE, MATCHING, ESSAY)


def drafts(found: Reading) -> list[Draft]:
    assert found.left_out == []
    return found.drafts


def test_each_kind_of_question_is_read():
    found = read(WHOLE_QUIZ.encode())
    assert found.format == "qti"
    choice, several, true_false, short, number, span = found.drafts
    assert (choice.stem, choice.explanation, choice.section, choice.name) == (
        "What makes **energy** in H₂O?",
        "Power plants.",
        "Cells",
        "energy",
    )
    assert [tuple(one) for one in choice.choices] == [
        ("the nucleus", 0.0, "It keeps the plan."),
        ("mitochondria", 100.0, ""),
    ]
    assert (several.form, [one.share for one in several.choices]) == ("several", [100.0, 0.0, 100.0])
    assert (true_false.form, [one.share for one in true_false.choices]) == ("choice", [100.0, 0.0])
    assert (short.form, short.accepted) == ("typed", ("Paris", "paris town"))
    assert (number.number, number.tolerance) == (3.14, 0.01)
    assert (span.number, span.tolerance) == (3.0, 2.0)
    assert found.left_out == [
        LeftOut("question 7", "matching"),
        LeftOut("question 8", "an essay, which nobody here can grade"),
    ]


def test_without_what_canvas_adds_the_responses_say_what_is_asked():
    bare = [one.replace("fieldlabel>question_type<", "fieldlabel>x<") for one in (CHOICE, SEVERAL, SHORT, ESSAY)]
    found = read(quiz(*bare).replace(' xmlns="http://www.imsglobal.org/xsd/ims_qtiasiv1p2"', "").encode())
    assert [one.form for one in found.drafts] == ["choice", "several", "typed"]
    assert found.left_out == [LeftOut("question 4", "an essay, which nobody here can grade")]


def test_a_text_whose_entities_are_escaped_twice_is_read_as_it_is_meant():
    text = "&amp;lt;p&amp;gt;a &amp;amp;lt; b?&amp;lt;/p&amp;gt;"
    [draft] = drafts(read(quiz(item("short_answer_question", text, FIB, scores(equal("x")))).encode()))
    assert draft.stem == "a < b?"


def test_a_plain_text_has_no_tags():
    one = item("multiple_choice_question", "Which?", labels("Single", a="a&lt;b", b="*"), scores(equal("a")))
    [draft] = drafts(read(quiz(one).encode()))
    assert [one.text for one in draft.choices] == ["a<b", "\\*"]


def package(**files: bytes | str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name, data in {"imsmanifest.xml": "<manifest/>", **files}.items():
            made.writestr(name, data)
    return out.getvalue()


def test_a_package_of_canvas_brings_its_pictures_along():
    img = '&lt;p&gt;Which bee? &lt;img src="$IMS-CC-FILEBASE$/Bees/a%20bee.png?canvas_=1" alt="A bee"&gt;&lt;/p&gt;'
    one = item("short_answer_question", img, FIB, scores(equal("queen")))
    far = item("short_answer_question", img.replace("Bees/a%20bee", "../x"), FIB, scores(equal("queen")))
    files = {
        "g1/g1.xml": quiz(one, far),
        "g1/assessment_meta.xml": "<quiz/>",
        "web_resources/Bees/a bee.png": picture(),
    }
    found = read(package(**files))
    assert found.format == "qti"
    there, gone = drafts(found)
    assert (there.stem, there.place) == ("Which bee?", "g1/g1.xml, question 1")
    assert there.picture == Drawing("a bee.png", "A bee", picture())
    assert gone.picture is None and gone.losses == ("a picture that is not in the file",)


@pytest.mark.parametrize(
    ("files", "why"),
    [
        ({}, "no questions in QTI 1.2; choose that version when you export"),
        ({"a.xml": "<questestinterop><item>"}, "no valid XML"),
        (
            {"a.xml": '<!DOCTYPE q [<!ENTITY a "x">]><questestinterop>&a;</questestinterop>'},
            "XML with entities of its own",
        ),
        ({"a.xml": b" " * (qti.MOST_XML_BYTES + 1)}, "a package of more than 20 MiB of questions; split it"),
    ],
)
def test_a_package_that_has_no_questions_is_told_in_a_sentence(files, why):
    [left] = read(package(**files)).found
    assert isinstance(left, LeftOut) and left.why.startswith(why)


def test_a_package_that_is_broken_is_told_in_a_sentence():
    whole = package(**{"a.xml": WHOLE_QUIZ})
    at = whole.index(b"<questestinterop") + 100
    [left] = read(whole[:at] + b"XX" + whole[at + 2 :]).found
    assert left.why == "a package that can be unpacked (BadZipFile)"


@pytest.mark.parametrize("name", ["qti", "moodle-xml"])
def test_an_encoding_that_there_is_not_is_told_in_a_sentence(name):
    [left] = read(b'<?xml version="1.0" encoding="UTF-5"?>\n<quiz/>', name).found
    assert left == LeftOut("line 1", "no valid XML")
