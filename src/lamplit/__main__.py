"""`python -m lamplit` is the command `lamplit`."""

from lamplit.cli.app import main

main()
