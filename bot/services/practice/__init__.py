"""A learner alone: quizzes, reviews, what is known and what comes next."""
