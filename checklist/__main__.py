"""`python -m checklist`: the command line, where its script is not in PATH."""

from __future__ import annotations

from checklist.cli import main

if __name__ == "__main__":
    main()
