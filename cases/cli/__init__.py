"""The command `napress`: one function per subcommand, nothing but words in and lines out."""
