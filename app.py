"""Open Etude in the browser: ``python app.py``. Everything that can be set is in ``assistant/settings.py``."""

import sys

from assistant.errors import EtudeError
from assistant.settings import load_settings
from assistant.web import serve


def main() -> int:
    """Serve the page until it is interrupted; return the exit code."""
    try:
        serve(load_settings())
    except EtudeError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
