"""`python -m lamplit` is the command `lamplit`."""

from lamplit.cli.app import main

if __name__ == "__main__":
    main()
