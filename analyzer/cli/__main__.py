"""`python -m analyzer.cli` is `secagree`."""

from analyzer.cli import main

main(prog_name="secagree")
