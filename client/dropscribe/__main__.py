"""`python -m dropscribe`."""

from dropscribe.cli import main

if __name__ == "__main__":
    main()
