"""`python -m tellonce` is the same as `tellonce`."""

from tellonce.cli.main import run

if __name__ == "__main__":
    run()
