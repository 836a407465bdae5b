"""What a demo's threads, tasks and processes did when: a short traced run of each, beside what is measured."""
