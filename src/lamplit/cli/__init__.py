"""The command `lamplit`, one file per subcommand."""
