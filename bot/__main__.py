"""``python -m bot``."""

import gc
import sys

if __name__ == "__main__":
    # What is loaded at the start stays for good; the collector would walk it again and again. `main` turns it on.
    gc.disable()
    from bot.cli import main

    sys.exit(main())
