"""`python -m koine`: the command line."""

import sys

from koine import cli

if __name__ == "__main__":
    sys.exit(cli.main())
