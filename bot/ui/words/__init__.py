"""The words of every fact, a module a subject: English. They know no Discord; the command line shows them too."""
