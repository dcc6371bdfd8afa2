"""The ready workflows, each a package or module that defines ``workflow`` and ``graph``."""
