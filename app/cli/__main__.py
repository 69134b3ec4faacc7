"""`python -m app.cli`: the same as `gradlab`, from a checkout that is not installed."""

from app.cli import app

app(prog_name="gradlab")
