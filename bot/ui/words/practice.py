"""Practice, reviews, progress."""

from bot.facts import Code
from bot.ui.words.kinds import Words

WORDS: Words = {
    Code.NONE_OF_DIFFICULTY: "There is no question of that difficulty in this section yet. Try another difficulty, "
    "or leave it out.",
    Code.NOTHING_MISSED: "Nothing was missed in that quiz, so there is nothing to retry. Start a new one with </quiz:0>.",
    Code.NO_WORDS_IN_MESSAGE: "That message has no words of {course} in it that I could ask about. Try another message, or "
    "practise with </quiz:0>.",
    Code.NONE_ASKED_HERE: "None of these questions is asked here any more. Practise something else with </quiz:0>.",
    Code.QUESTION_TAKEN_OUT: "The managers of this server took this question out. Go on with the next.",
    Code.QUESTION_EDITED: "This question was edited since it was asked. Here it is anew.",
    Code.ANSWER_BEFORE_SURENESS: "Answer the question first; then say how sure you were.",
    Code.ANSWER_BEFORE_REASONS: "Answer the question first; then every option is explained.",
    Code.QUESTION_GONE: "This question was taken out of the course. Go on with </quiz:0>.",
    Code.EDITED_SINCE_ANSWER: "This question was edited since you answered it. Your answer counts as it was.",
    Code.QUIZ_GONE: "This quiz is not there any more. Start a new one with </quiz:0>.",
    Code.QUIZ_NOT_YOURS: "This quiz belongs to somebody else. Start your own with </quiz:0>.",
    Code.NOT_IN_QUIZ: "This question is not part of the quiz any more. Go on with </quiz:0>.",
    Code.BELIEF_GONE: "The course does not speak of this any more. </progress:0> shows what there is.",
    Code.NOTHING_DUE: "Nothing is due now. </quiz:0> asks you something new, and </review:0> tells when to come back.",
    Code.NO_SUCH_MEMBER: "I don't know whom you mean. Pick somebody from the list.",
    Code.NO_RECENT_ANSWERS: "Nothing was answered in the last four weeks. </quiz:0> begins anew.",
    Code.CHART_NOT_DRAWN: "The chart could not be drawn just now. Please try again in a minute.",
    Code.MIXUP_GONE: "You don't mix that up any more, or the course has changed. </progress:0> shows what there is.",
    Code.OTHERS_NEED_SERVER: "Of others I know only what a server's boards show. Use </progress:0> for yourself here.",
    Code.ALL_OPEN: "Just now all of these questions are open in a competition or as the question of the day. Try again when "
    "the result is out, or choose another section.",
    Code.QUESTION_OPEN: "This question is open in a competition or as the question of the day just now, so I can't tell its "
    "answer here before the result is out.",
}
