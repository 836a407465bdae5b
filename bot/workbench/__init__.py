"""The workbench: a page on this machine for authors of courses, who see each question as learners will."""
