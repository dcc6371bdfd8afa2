"""``python -m dalsegno`` is the same command line as ``dalsegno``."""

from .desk.cli import main

if __name__ == "__main__":
    main()
