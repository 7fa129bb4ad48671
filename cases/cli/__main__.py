"""``python -m napress.cases.cli``: the command ``napress``."""

from napress.cases.cli.main import main

main()
