"""`python -m wanflow` is `wanflow`."""

from wanflow.cli.main import main

if __name__ == "__main__":
    main()
